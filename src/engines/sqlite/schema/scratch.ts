import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import Driver from 'better-sqlite3';
import { JemError } from '../../../errors.ts';
import type { Engine, OpenOptions, Target } from '../../engine.ts';
import type { Scratch, ScratchOptions } from '../../engine.ts';
import { statOrNull } from '../file-facts.ts';
import { sqliteSession } from '../session.ts';
import type { SqliteTarget } from '../target.ts';

/**
 * A database in memory, or in the file that the user names: empty or missing, and so again at the
 * end. Throws `scratch-unavailable` where the place is none for SQLite, `scratch-refused` where
 * something is in the file already.
 */
export async function openSqliteScratch(
  engine: Engine,
  { place, signal }: ScratchOptions,
): Promise<Scratch> {
  const options: OpenOptions = {
    ...{ signal, applicationName: 'jem-db', connectTimeout: 10_000, mode: 'create' },
    warn: () => {},
  };
  if (place === null) return inMemory(engine, options);
  if (place === 'same-server')
    throw unavailable('A SQLite database has no server to make a scratch database in');
  if (!isSqlite(place)) throw unavailable(`${place.display} is not a SQLite file`);
  return place.file === null ? inMemory(engine, options) : inFile(place, place.file, options);
}

function unavailable(title: string): JemError {
  return new JemError('scratch-unavailable', title, {
    why: 'Migrations for SQLite can be tried in SQLite alone.',
    hint: 'Leave --scratch out, for a database in memory, or name an empty or missing file.',
  });
}

function isSqlite(target: Target): target is SqliteTarget {
  return target.engine === 'sqlite';
}

/** Every session of it is on one connection: another would be another database. */
function inMemory(engine: Engine, options: OpenOptions): Scratch {
  const db = new Driver(':memory:');
  db.pragma('foreign_keys = ON');
  const connection = { db, file: null, display: 'the scratch database', readonly: false };
  const version = String(db.prepare('SELECT sqlite_version()').pluck().get());
  return {
    connect: async () => sqliteSession(connection, engine, options, () => {}),
    description: `a database in memory (SQLite ${version})`,
    limits: [],
    async [Symbol.asyncDispose]() {
      db.close();
    },
  };
}

async function inFile(target: SqliteTarget, file: string, options: OpenOptions): Promise<Scratch> {
  const before = statOrNull(file) === null ? null : readFileSync(file);
  await refuseFull(target, options);
  return {
    connect: () => target.open(options),
    description: `the file ${target.display}`,
    limits: [],
    async [Symbol.asyncDispose]() {
      for (const path of [`${file}-wal`, `${file}-shm`, `${file}-journal`])
        rmSync(path, { force: true });
      if (before === null) rmSync(file, { force: true });
      else writeFileSync(file, before);
    },
  };
}

/** Looks without creating the file, and before a byte of it is kept. */
async function refuseFull(target: SqliteTarget, options: OpenOptions): Promise<void> {
  await using session = await target.open(options);
  const [row] = await session.query('SELECT count(*) AS objects FROM sqlite_schema');
  if (row?.['objects'] === 0) return;
  throw new JemError('scratch-refused', `${target.display} is not empty`, {
    why: 'Whatever is in a scratch database is lost.',
    hint: 'Name an empty or missing file, or leave --scratch out, for a database in memory.',
  });
}
