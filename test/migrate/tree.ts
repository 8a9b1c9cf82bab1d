import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { temporaryFolder } from '../support/folders.ts';
import { type FolderRequest, readMigrationFolder } from '../../src/migrate/folder.ts';
import type { Migration, MigrationFolder, Source } from '../../src/migrate/migration.ts';

/** Files to write: a list of names with some SQL in each, or texts by name. */
export type Tree = readonly string[] | Readonly<Record<string, string | Uint8Array>>;

/** A folder `db` with these files in a temporary working directory. */
export async function folderOf(
  tree: Tree,
): Promise<{ cwd: string; folder: string } & AsyncDisposable> {
  const place = await temporaryFolder();
  const folder = join(place.path, 'db');
  await mkdir(folder);
  const files = Array.isArray(tree)
    ? (tree as readonly string[]).map((name): [string, string] => [name, 'select 1;\n'])
    : Object.entries(tree as Readonly<Record<string, string | Uint8Array>>);
  for (const [name, text] of files) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return {
    cwd: place.path,
    folder,
    [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
  };
}

/** Reads that tree as a migrations folder; without an engine: PostgreSQL's files. */
export async function readTree(
  tree: Tree,
  request: Partial<FolderRequest> = {},
): Promise<MigrationFolder> {
  await using place = await folderOf(tree);
  return readMigrationFolder({
    folder: 'db',
    layout: null,
    engine: 'postgres',
    cwd: place.cwd,
    ...request,
  });
}

/** `0001_a`, or `0001_a ↓` where it goes down too. */
export function outline({ migrations }: Pick<MigrationFolder, 'migrations'>): string[] {
  return migrations.map(({ name, down }) => (down ? `${name} ↓` : name));
}

export async function textOf(source: Source | null | undefined): Promise<string | null> {
  return source ? Buffer.from(source.read()).toString('utf8') : null;
}

/** Migrations without files, for what looks at names alone. */
export function migrationsNamed(
  ...names: readonly (readonly [name: string, ...version: number[]])[]
): Migration[] {
  return names.map(([name, ...version]) => {
    const up: Source = {
      file: `db/${name}.up.sql`,
      kind: 'sql',
      options: {},
      read: () => Buffer.from(`-- ${name}\n`),
    };
    return { name, version: version.map(BigInt), up, down: null };
  });
}

/** Every file below a folder, sorted. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();
}
