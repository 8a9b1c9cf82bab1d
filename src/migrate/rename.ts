import { existsSync, readdirSync, renameSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { JemError } from '../errors.ts';
import { findMigration } from './find.ts';
import { readForAllEngines } from './folder.ts';
import type { Layout } from './layouts/layout.ts';
import { layoutNamed } from './layouts/table.ts';
import { shownPath } from './listing.ts';
import type { Migration } from './migration.ts';
import { nextName } from './next-number.ts';
import { compareVersions } from './order.ts';

export interface Renamed {
  readonly from: string;
  readonly to: string;
}

export interface Renumbered {
  readonly oldName: string;
  readonly name: string;
  /** Files, or the one folder, with paths for the reader. */
  readonly renamed: readonly Renamed[];
}

/**
 * Gives a migration a number after all others: every file of it is renamed, for each engine and
 * direction, or none. Throws `usage` where it is the last already, `migration-not-found`,
 * `migration-file-exists`, `file-unwritable`, and what reading the folder throws.
 */
export async function renumber(request: {
  readonly folder: string;
  readonly layout: string | null;
  /** As the user names it: its name, number or file. */
  readonly migration: string;
  readonly now: Date;
  readonly cwd: string;
}): Promise<Renumbered> {
  const { now, cwd } = request;
  const folder = readForAllEngines(request);
  const migration = findMigration(folder.migrations, request.migration, cwd);
  const others = folder.migrations.filter(({ name }) => name !== migration.name);
  const [before, last] = folder.migrations.slice(-2);
  const shared = before && last && compareVersions(before.version, last.version) === 0;
  if (last?.name === migration.name && !shared)
    throw new JemError('usage', `${migration.name} is the last migration already`, {
      hint: 'There is nothing to renumber: `jem-db migrate up` applies it after all others.',
    });
  const layout = layoutNamed(folder.layout);
  const rest = layout.parse(migration.name)?.rest ?? '';
  const name = nextName(others, layout, now, rest);
  const moves = owned(migration, layout, cwd).map((path) => ({
    from: path,
    to: join(dirname(path), renamedBase(basename(path), migration.name, name, layout)),
  }));
  renameAll(moves, cwd);
  return {
    oldName: migration.name,
    name,
    renamed: moves.map(({ from, to }) => ({ from: shownPath(from, cwd), to: shownPath(to, cwd) })),
  };
}

/** The files or the folder that carry a migration, also those of other engines. */
function owned({ name, up, down }: Migration, layout: Layout, cwd: string): string[] {
  const files = (down ? [up, down] : [up]).map(({ file }) => resolve(cwd, file));
  const folders = new Set(files.map((file) => dirname(file)));
  // A migration that is a folder stands beside its siblings one level up.
  const places = [...folders].map((path) =>
    layout.owns(name, basename(path)) ? dirname(path) : path,
  );
  return [...new Set(places)].flatMap((place) =>
    readdirSync(place)
      .filter((base) => layout.owns(name, base))
      .map((base) => join(place, base)),
  );
}

/** Beyond the name, a file keeps what it has: its ending, and Flyway's `U` in front. */
function renamedBase(base: string, oldName: string, newName: string, layout: Layout): string {
  if (base.startsWith(oldName)) return newName + base.slice(oldName.length);
  const old = layout.parse(base);
  const fresh = layout.parse(newName);
  return `${old?.prefix}${fresh?.number}${old?.separator}${old?.rest}`;
}

function renameAll(moves: readonly Renamed[], cwd: string): void {
  const taken = moves.find(({ to }) => existsSync(to));
  if (taken)
    throw new JemError('migration-file-exists', `${shownPath(taken.to, cwd)} is there already`, {
      hint: 'Nothing was renamed. Move that file out of the way.',
    });
  const done: Renamed[] = [];
  try {
    for (const move of moves) {
      renameSync(move.from, move.to);
      done.push(move);
    }
  } catch (error) {
    const undone = done.toReversed().flatMap(takeBack);
    throw new JemError(
      'file-unwritable',
      `Cannot rename ${shownPath(moves[done.length]?.from ?? cwd, cwd)}`,
      {
        ...(undone.length > 0 && { why: `Renamed and not taken back: ${undone.join(', ')}.` }),
        hint: 'Check who owns the folder and its mode.',
        original: error instanceof Error ? error.message : String(error),
        cause: error,
      },
    );
  }
}

function takeBack({ from, to }: Renamed): string[] {
  try {
    renameSync(to, from);
    return [];
  } catch (error) {
    return [`${from} (${error instanceof Error ? error.message : String(error)})`];
  }
}
