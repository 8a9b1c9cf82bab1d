import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cliPath } from '../support/cli.ts';
import type { Command } from './measure.ts';

export interface SmallMigration {
  /** `20260101000001_create_t1`. */
  readonly name: string;
  readonly up: string;
  readonly down: string;
}

/** An empty database, as each tool wants to hear of it, and a folder for the tool's own files. */
export interface Workplace {
  readonly engine: 'postgres' | 'sqlite';
  readonly url: string;
  /** The database file; only for SQLite. */
  readonly file: string;
  /** `psql` of the server's version. */
  readonly psql: string;
  readonly folder: string;
  /** node_modules of the peers. */
  readonly peers: string;
}

export interface Tool {
  readonly name: string;
  readonly engines: readonly Workplace['engine'][];
  /** Writes migrations and settings in the tool's own layout into `folder`. */
  readonly write: (place: Workplace, migrations: readonly SmallMigration[]) => Promise<void>;
  readonly up: (place: Workplace) => Command;
  /** Null where the tool has no such command. */
  readonly status: (place: Workplace) => Command | null;
  /** Takes all down; null where the tool cannot, or not in one run. */
  readonly down: (place: Workplace, count: number) => Command | null;
}

/** The migrations 1 to `count`: a table each, and its end. */
export function smallMigrations(count: number): SmallMigration[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `${20_260_101_000_001 + index}_create_t${index + 1}`,
    up: `create table t${index + 1} (id integer primary key, name text not null);\n`,
    down: `drop table t${index + 1};\n`,
  }));
}

function node(place: Workplace, script: string, args: readonly string[]): Command {
  return { program: process.execPath, args: [script, ...args], cwd: place.folder };
}

async function writeAll(
  folder: string,
  files: readonly { readonly name: string; readonly text: string }[],
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await Promise.all(files.map(({ name, text }) => writeFile(join(folder, name), text)));
}

export const jemDb: Tool = {
  name: 'jem-db',
  engines: ['postgres', 'sqlite'],
  write: (place, migrations) =>
    writeAll(
      join(place.folder, 'migrations'),
      migrations.flatMap(({ name, up, down }) => [
        { name: `${name}.up.sql`, text: up },
        { name: `${name}.down.sql`, text: down },
      ]),
    ),
  up: (place) => node(place, cliPath, ['migrate', 'up', '-d', place.url]),
  status: (place) => node(place, cliPath, ['migrate', 'status', '-d', place.url]),
  down: (place) => node(place, cliPath, ['migrate', 'down', '--to', '0', '--yes', '-d', place.url]),
};

/** The floor: the engine's own shell, with all in one transaction. */
export const shell: Tool = {
  name: 'psql / sqlite3',
  engines: ['postgres', 'sqlite'],
  write: (place, migrations) =>
    writeAll(place.folder, [
      { name: 'up.sql', text: inTransaction(migrations.map(({ up }) => up)) },
      { name: 'status.sql', text: 'select 1;' },
      { name: 'down.sql', text: inTransaction(migrations.map(({ down }) => down)) },
    ]),
  up: (place) => shellRun(place, 'up.sql'),
  status: (place) => shellRun(place, 'status.sql'),
  down: (place) => shellRun(place, 'down.sql'),
};

function inTransaction(statements: readonly string[]): string {
  return `begin;\n${statements.join('')}commit;\n`;
}

function shellRun(place: Workplace, file: string): Command {
  const cwd = place.folder;
  if (place.engine === 'postgres') {
    return {
      program: place.psql,
      args: ['-Xq', '-v', 'ON_ERROR_STOP=1', '-f', file, place.url],
      cwd,
    };
  }
  return { program: '/usr/bin/sqlite3', args: ['-bail', place.file, `.read ${file}`], cwd };
}

const dbmate = {
  engines: ['postgres', 'sqlite'],
  write: (place, migrations) =>
    writeAll(
      join(place.folder, 'migrations'),
      migrations.map(({ name, up, down }) => ({
        name: `${name}.sql`,
        text: `-- migrate:up\n${up}\n-- migrate:down\n${down}`,
      })),
    ),
} satisfies Partial<Tool>;

function dbmateArguments(place: Workplace, command: string): string[] {
  const url = place.engine === 'postgres' ? `${place.url}?sslmode=disable` : `sqlite:${place.file}`;
  return ['--url', url, '--migrations-dir', 'migrations', '--no-dump-schema', command];
}

const dbmateFromNpm: Tool = {
  ...dbmate,
  name: 'dbmate (npm)',
  up: (place) => dbmateByNode(place, 'up'),
  status: (place) => dbmateByNode(place, 'status'),
  down: (place, count) => oneByOne(dbmateByNode(place, 'down'), count),
};

function dbmateByNode(place: Workplace, command: string): Command {
  return node(place, join(place.peers, 'dbmate/dist/cli.js'), dbmateArguments(place, command));
}

const dbmateBinary: Tool = {
  ...dbmate,
  name: 'dbmate (binary)',
  up: (place) => dbmateItself(place, 'up'),
  status: (place) => dbmateItself(place, 'status'),
  down: (place, count) => oneByOne(dbmateItself(place, 'down'), count),
};

/** dbmate takes one down at a time; a thousand runs would only bore. */
function oneByOne(command: Command, count: number): Command | null {
  if (count > 100) return null;
  const loop = 'for i in $(seq $0); do "$@" || exit; done';
  const args = ['-c', loop, String(count), command.program, ...command.args];
  return { ...command, program: '/bin/sh', args };
}

function dbmateItself(place: Workplace, command: string): Command {
  const platform = `${process.platform}-${process.arch}`;
  const program = join(place.peers, '@dbmate', platform, 'bin/dbmate');
  return { program, args: dbmateArguments(place, command), cwd: place.folder };
}

const drizzleKit: Tool = {
  name: 'drizzle-kit',
  engines: ['postgres', 'sqlite'],
  write: async (place, migrations) => {
    const dialect = place.engine === 'postgres' ? 'postgresql' : 'sqlite';
    const entries = migrations.map(({ name }, index) => ({
      idx: index,
      version: '7',
      when: 1_767_225_600_000 + index,
      tag: name,
      breakpoints: true,
    }));
    const out = join(place.folder, 'drizzle');
    await writeAll(
      out,
      migrations.map(({ name, up }) => ({ name: `${name}.sql`, text: up })),
    );
    await writeAll(join(out, 'meta'), [
      { name: '_journal.json', text: JSON.stringify({ version: '7', dialect, entries }) },
    ]);
    const url = place.engine === 'postgres' ? place.url : place.file;
    const settings = { dialect, out: './drizzle', schema: './none.js', dbCredentials: { url } };
    await writeAll(place.folder, [
      { name: 'drizzle.config.json', text: JSON.stringify(settings) },
      { name: 'none.js', text: '' },
    ]);
  },
  up: drizzleMigrate,
  // Has no status; a run with nothing pending is the nearest.
  status: drizzleMigrate,
  down: () => null,
};

function drizzleMigrate(place: Workplace): Command {
  const script = join(place.peers, 'drizzle-kit/bin.cjs');
  return node(place, script, ['migrate', '--config', 'drizzle.config.json']);
}

const nodePgMigrate: Tool = {
  name: 'node-pg-migrate',
  engines: ['postgres'],
  write: (place, migrations) =>
    writeAll(
      join(place.folder, 'migrations'),
      migrations.map(({ name, up, down }) => ({
        name: `${name}.sql`,
        text: `-- Up Migration\n${up}\n-- Down Migration\n${down}`,
      })),
    ),
  up: (place) => nodePgMigrateRun(place, ['up']),
  // Has no status; a run with nothing pending is the nearest.
  status: (place) => nodePgMigrateRun(place, ['up']),
  down: (place, count) => nodePgMigrateRun(place, ['down', String(count)]),
};

function nodePgMigrateRun(place: Workplace, args: readonly string[]): Command {
  const script = join(place.peers, 'node-pg-migrate/bin/node-pg-migrate.js');
  return { ...node(place, script, args), env: { DATABASE_URL: place.url } };
}

const knex: Tool = {
  name: 'knex',
  engines: ['postgres', 'sqlite'],
  write: async (place, migrations) => {
    const settings =
      place.engine === 'postgres'
        ? { client: 'pg', connection: place.url }
        : {
            client: 'better-sqlite3',
            connection: { filename: place.file },
            useNullAsDefault: true,
          };
    await writeAll(place.folder, [
      { name: 'knexfile.cjs', text: `module.exports = ${JSON.stringify(settings)};\n` },
    ]);
    await writeAll(
      join(place.folder, 'migrations'),
      migrations.map(({ name, up, down }) => ({
        name: `${name}.js`,
        text:
          `exports.up = (knex) => knex.raw(${JSON.stringify(up)});\n` +
          `exports.down = (knex) => knex.raw(${JSON.stringify(down)});\n`,
      })),
    );
  },
  up: (place) => knexRun(place, ['migrate:latest']),
  status: (place) => knexRun(place, ['migrate:status']),
  down: (place) => knexRun(place, ['migrate:rollback', '--all']),
};

function knexRun(place: Workplace, args: readonly string[]): Command {
  const script = join(place.peers, 'knex/bin/cli.js');
  return node(place, script, [...args, '--knexfile', 'knexfile.cjs']);
}

/** Ours first, then the peers, the floor last. */
export const tools: readonly Tool[] = [
  jemDb,
  dbmateBinary,
  dbmateFromNpm,
  drizzleKit,
  nodePgMigrate,
  knex,
  shell,
];
