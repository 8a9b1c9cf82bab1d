import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { registry } from '../engines/registry.ts';
import { JemError } from '../errors.ts';
import type { EngineWords, Problem } from './layouts/layout.ts';
import { native } from './layouts/native.ts';
import { detectLayout, layoutNamed } from './layouts/table.ts';
import { listFolder, shownPath } from './listing.ts';
import type { MigrationFolder } from './migration.ts';
import { compareMigrations } from './order.ts';

export interface FolderRequest {
  /** Absolute, or relative to `cwd`. */
  readonly folder: string;
  /** Name of a layout; null: the files tell. */
  readonly layout: string | null;
  readonly engine: string;
  readonly cwd: string;
}

/**
 * Reads which migrations a folder holds for an engine, in the order they run. Files are opened
 * only where their text tells the layout or the directions. Throws `migrations-folder-missing`,
 * `migrations-layout-unclear`, `migration-unreadable`, `file-unreadable`, `bad-setting`.
 */
export function readMigrationFolder(request: FolderRequest): MigrationFolder {
  const root = resolve(request.cwd, request.folder);
  const folder = shownPath(root, request.cwd);
  const files = listFolder(root, request.cwd);
  const demanded = request.layout !== null;
  const listing = { files, engine: engineWords(request.engine), demanded };
  const layout =
    request.layout === null ? detectLayout(listing, folder) : layoutNamed(request.layout);
  const { migrations, problems } = layout.read(listing);
  const [first, ...others] = problems;
  if (first) throw unreadable(first, others);
  return { folder, layout: layout.name, migrations: migrations.toSorted(compareMigrations) };
}

/**
 * Reads a folder for all engines at once: what a new number must come after. A missing folder
 * is an empty one.
 */
export function readForAllEngines(request: Omit<FolderRequest, 'engine'>): MigrationFolder {
  const root = resolve(request.cwd, request.folder);
  const names = registry.flatMap(({ schemes }) => schemes.slice(0, 1));
  const folders = existsSync(root)
    ? names.map((engine) => readMigrationFolder({ ...request, engine }))
    : [];
  const all = folders.flatMap(({ migrations }) => migrations);
  const byName = new Map(all.map((migration) => [migration.name, migration]));
  const layout = request.layout === null ? native : layoutNamed(request.layout);
  return {
    ...(folders[0] ?? { folder: shownPath(root, request.cwd), layout: layout.name }),
    migrations: [...byName.values()].toSorted(compareMigrations),
  };
}

function engineWords(engine: string): EngineWords {
  const schemes = registry.map((line) => line.schemes);
  const own = schemes.find((words) => words.includes(engine)) ?? [engine];
  return { own, others: schemes.filter((words) => words !== own).flat() };
}

function unreadable({ file, what, hint }: Problem, others: readonly Problem[]): JemError {
  const named = others.slice(0, 3).map((problem) => problem.file);
  const more = others.length > named.length ? ` and ${others.length - named.length} more` : '';
  return new JemError('migration-unreadable', `${file} ${what}`, {
    ...(named.length > 0 && { why: `Nor can be read: ${named.join(', ')}${more}.` }),
    hint,
  });
}
