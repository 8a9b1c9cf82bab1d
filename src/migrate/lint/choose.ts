import { basename, resolve } from 'node:path';
import { JemError } from '../../errors.ts';
import { findMigration } from '../find.ts';
import type { Migration, MigrationFolder, Source } from '../migration.ts';

/** Which files the user wants looked through; at most one is given. */
export interface FileWish {
  /** Name, number or path of one migration. */
  readonly file?: string | undefined;
  readonly all: boolean;
  /** Those behind this one. */
  readonly since?: string | undefined;
}

/** The files to look through, and those that come before, for what they make. In order. */
export interface Chosen {
  readonly source: Source;
  readonly lint: boolean;
}

/**
 * Chooses among a folder's files; `applied` names what the database has, null: nobody knows.
 * Throws `migration-not-found`, and `usage` where several wishes are made.
 */
export function choose(
  { migrations }: MigrationFolder,
  wish: FileWish,
  { applied, cwd }: { readonly applied: ReadonlySet<string> | null; readonly cwd: string },
): readonly Chosen[] {
  if (
    [wish.file, wish.since, wish.all || undefined].filter((each) => each !== undefined).length > 1
  )
    throw new JemError('usage', 'FILE, --all and --since exclude each other', {
      hint: 'Give one of them.',
    });
  if (wish.file !== undefined) return one(migrations, wish.file, cwd);
  const wanted = wantedIn(migrations, wish, applied, cwd);
  return migrations
    .slice(0, migrations.findLastIndex(wanted) + 1)
    .map((migration) => ({ source: migration.up, lint: wanted(migration) }));
}

function wantedIn(
  migrations: readonly Migration[],
  { all, since }: FileWish,
  applied: ReadonlySet<string> | null,
  cwd: string,
): (migration: Migration) => boolean {
  if (since !== undefined) {
    const first = migrations.indexOf(findMigration(migrations, since, cwd));
    return (migration) => migrations.indexOf(migration) > first;
  }
  return all || applied === null ? () => true : ({ name }) => !applied.has(name);
}

/** One migration; its way down where that very file is named. */
function one(migrations: readonly Migration[], text: string, cwd: string): readonly Chosen[] {
  const found = findMigration(migrations, text, cwd);
  const before = migrations
    .slice(0, migrations.indexOf(found))
    .map(({ up }) => ({ source: up, lint: false }));
  const { up, down } = found;
  const isDown =
    down !== null &&
    down.file !== up.file &&
    (resolve(cwd, down.file) === resolve(cwd, text) || basename(down.file) === text);
  return isDown
    ? [...before, { source: up, lint: false }, { source: down, lint: true }]
    : [...before, { source: up, lint: true }];
}
