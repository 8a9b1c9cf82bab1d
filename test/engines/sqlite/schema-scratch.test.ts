import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import type { Scratch, Target } from '../../../src/engines/engine.ts';
import { sqlite } from '../../../src/engines/sqlite/engine.ts';
import { readSqliteSchema } from '../../../src/engines/sqlite/schema/read.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { ledgerTable, migrationsOf, open, up } from './session-tools.ts';

const environment = { env: {}, cwd: '/', home: '/', user: 'nobody' };

async function openScratch(place: string | Target | null): Promise<Scratch> {
  const named = typeof place === 'string' && place !== 'same-server';
  return sqlite.openScratch({
    ...{ like: null, binaries: null, ledgerTable, environment },
    place: named ? await sqlite.parse(place, environment) : place,
    signal: new AbortController().signal,
  });
}

test('a scratch database in memory keeps what a session did for the next', async () => {
  await using scratch = await openScratch(null);
  expect(scratch.description).toMatch(/^a database in memory \(SQLite 3\.\d+\.\d+\)$/);
  expect(scratch.limits).toEqual([]);
  {
    await using session = await scratch.connect();
    await migrationsOf(session).exclusively({ timeout: 100, onWait: () => {} }, async () => {
      await migrationsOf(session).apply(up('1', 'CREATE TABLE t (a REFERENCES t (b))'));
    });
    await session.query('BEGIN');
    await session.query('CREATE TABLE forgotten (a)');
  }
  await using session = await scratch.connect();
  const { objects } = await session.schema({
    ledgerTable,
    signal: new AbortController().signal,
  });
  expect(objects.map(({ name }) => name)).toEqual(['a', 'FOREIGN KEY (a) REFERENCES t', 't']);
  expect(await session.query('PRAGMA foreign_keys')).toEqual([{ foreign_keys: 1 }]);
});

test('a missing file is made, and gone at the end with all that SQLite put beside it', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'scratch.db');
  {
    await using scratch = await openScratch(file);
    await using session = await scratch.connect();
    await session.query('PRAGMA journal_mode = WAL');
    await session.query('CREATE TABLE t (a)');
    expect(existsSync(`${file}-wal`)).toBe(true);
    await using other = await scratch.connect();
    expect(await other.query('SELECT count(*) AS n FROM t')).toEqual([{ n: 0 }]);
  }
  expect(['', '-wal', '-shm', '-journal'].filter((end) => existsSync(file + end))).toEqual([]);
});

test.each(['no bytes', 'a header alone'])(
  'a file with %s is as before at the end',
  async (kind) => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'scratch.db');
    if (kind === 'no bytes') writeFileSync(file, '');
    else
      new Database(file).exec('PRAGMA user_version = 7; CREATE TABLE t (a); DROP TABLE t').close();
    const before = readFileSync(file);
    {
      await using scratch = await openScratch(file);
      await using session = await scratch.connect();
      await session.query('CREATE TABLE t (a)');
    }
    expect(readFileSync(file).equals(before)).toBe(true);
  },
);

test('a file with something in it is refused, and not touched', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'app.db');
  new Database(file).exec('CREATE TABLE t (a)').close();
  const before = readFileSync(file);
  await expect(openScratch(file)).rejects.toMatchObject({ code: 'scratch-refused' });
  expect(readFileSync(file).equals(before)).toBe(true);
});

test('places that are none for SQLite', async () => {
  await expect(openScratch('same-server')).rejects.toMatchObject({ code: 'scratch-unavailable' });
  const server = { ...(await sqlite.parse(':memory:', environment)), engine: 'another' };
  await expect(openScratch(server)).rejects.toMatchObject({ code: 'scratch-unavailable' });
});

test('the schema is read while another writes, and inside a transaction', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'app.db');
  const writer = new Database(file);
  writer.exec('CREATE TABLE t (a); BEGIN IMMEDIATE; CREATE TABLE u (b)');
  await using session = await open(file, 'read');
  const names = async (): Promise<string[]> => {
    const { objects } = await session.schema({
      ledgerTable,
      signal: new AbortController().signal,
    });
    return objects.map(({ name }) => name);
  };
  expect(await names()).toEqual(['a', 't']);
  await session.query('BEGIN');
  expect(await names()).toEqual(['a', 't']);
  expect(await session.query('SELECT 1 AS still')).toEqual([{ still: 1 }]);
  await session.query('ROLLBACK');
  writer.exec('COMMIT; BEGIN EXCLUSIVE');
  await expect(names()).rejects.toMatchObject({ code: 'lock-timeout' });
  writer.close();
  expect(await names()).toEqual(['a', 'b', 't', 'u']);
});

test('a definition that nobody can read is named', () => {
  const db = new Database(':memory:').unsafeMode();
  db.exec(`CREATE TABLE odd (a); PRAGMA writable_schema = ON;
    UPDATE sqlite_schema SET sql = 'CREATE TABLE odd AS' WHERE name = 'odd'`);
  const about = { db, file: null, display: 'app.db', readonly: false };
  expect(() => readSqliteSchema(about, { ledgerTable })).toThrow(
    'The table odd in app.db cannot be read',
  );
});
