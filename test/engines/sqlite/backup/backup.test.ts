import { chmodSync, existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { Interrupted, JemError } from '../../../../src/errors.ts';
import { temporaryFolder } from '../../../support/folders.ts';
import { until } from '../../../support/until.ts';
import { refusal } from '../failures.ts';
import { inserting, ledgerTable, migrationsOf, open } from '../session-tools.ts';
import { backUp, backUpSession, contentOf } from './backing.ts';
import { balance, fill, startWriter } from './writing.ts';

// 20 MB are read by threads, 1 MB by the connection itself.
describe.each(['wal', 'delete'] as const)('in journal mode %s, while another writes', (mode) => {
  test.each([
    { megabytes: 20, jobs: 2 },
    { megabytes: 20, jobs: 1 },
    { megabytes: 1, jobs: 2 },
  ])('$megabytes MB with $jobs jobs: one snapshot', async ({ megabytes, jobs }) => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'app.db');
    fill(file, mode, megabytes);
    await using writer = await startWriter(file);
    for (const name of ['first', 'second']) {
      const before = writer.count();
      const { taken, copy } = await backUp(file, join(folder.path, name), { jobs });
      await writer.more(1);
      expect(writer.count()).toBeGreaterThan(before);
      expect(balance(copy)).toEqual({ amount: 0, rows: 0 });
      expect(await contentOf(copy)).toEqual(taken.content);
      expect(taken.facts).toMatchObject({ journal_mode: mode });
      const other = new Database(copy);
      expect(other.pragma('journal_mode', { simple: true })).toBe(mode);
      expect(other.pragma('integrity_check', { simple: true })).toBe('ok');
      other.close();
    }
  });
});

test('what a backup says of the database', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'app.db');
  await using session = await open(file);
  await session.query('PRAGMA user_version = 7');
  await session.query('CREATE TABLE b (id INTEGER PRIMARY KEY AUTOINCREMENT, a)');
  await session.query("INSERT INTO b (a) VALUES ('x'), (NULL)");
  await session.query('CREATE VIRTUAL TABLE f USING fts5 (t)');
  await session.query('CREATE VIEW v AS SELECT * FROM b');
  await migrationsOf(session).record([inserting('1_first')]);
  const progress: number[] = [];
  const { taken, copy } = await backUpSession(session, join(folder.path, 'stage'), {
    onProgress: ({ done, total }) => progress.push(done / total),
  });
  expect(statSync(copy).mode & 0o777).toBe(0o600);
  expect(taken.ledger).toMatchObject([{ name: '1_first' }]);
  expect(taken.schema.objects.map(({ name }) => name)).toEqual(expect.arrayContaining(['b', 'v']));
  expect(taken.facts).toEqual({
    ...{ journal_mode: 'delete', encoding: 'UTF-8', page_size: 4096, auto_vacuum: 0 },
    ...{ user_version: 7, application_id: 0, page_count: statSync(copy).size / 4096 },
  });
  expect(taken.tools).toEqual({ SQLite: session.serverVersion });
  expect(progress.at(-1)).toBe(1);
  expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  const tables = taken.content.tables.map(({ type, name, rows }) => `${type} ${name} ${rows}`);
  expect(tables).toEqual([
    ...['table b 2', 'virtual table f 0', 'shadow table f_config 1', 'shadow table f_content 0'],
    ...['shadow table f_data 2', 'shadow table f_docsize 0', 'shadow table f_idx 0'],
    ...[`table ${ledgerTable} 1`, 'table sqlite_sequence 1'],
  ]);
  expect(taken.content.tables.find(({ name }) => name === 'f')).toMatchObject({
    hash: null,
    note: expect.stringContaining('module'),
  });
});

test('what is in the -wal alone is in the copy', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'app.db');
  const db = new Database(file);
  db.exec('PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE t (a)');
  db.exec("INSERT INTO t VALUES ('in the wal')");
  expect(statSync(file).size).toBe(4096);
  const { copy } = await backUp(file, join(folder.path, 'stage'));
  expect(new Database(copy).prepare('SELECT a FROM t').pluck().all()).toEqual(['in the wal']);
  db.close();
});

test.each(['URL', 'file'])('a database that is read-only by its %s', async (by) => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'app.db');
  fill(file, 'delete', 20);
  if (by === 'file') chmodSync(file, 0o444);
  const { taken, copy } = await backUp(
    by === 'URL' ? `file:${file}?mode=ro` : file,
    join(folder.path, 'stage'),
  );
  expect(await contentOf(copy)).toEqual(taken.content);
  expect(taken.content.tables.map(({ rows }) => rows)).toEqual([80_000, 80_000]);
});

test('stopped in the middle: its reason is thrown and nobody is kept waiting', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'app.db');
  fill(file, 'delete', 40);
  for (const share of [0.1, 0.6, 0.9]) {
    const controller = new AbortController();
    const reason = new Interrupted('SIGINT');
    const backingUp = backUp(file, join(folder.path, `stage ${share}`), {
      signal: controller.signal,
      onProgress: ({ done, total }) => done > total * share && controller.abort(reason),
    });
    await expect(backingUp).rejects.toBe(reason);
    new Database(file, { timeout: 0 }).exec('BEGIN EXCLUSIVE; ROLLBACK').close();
  }
});

test('the file cannot be written: said of that file, and nobody is kept waiting', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'app.db');
  fill(file, 'delete', 20);
  const stage = join(folder.path, 'stage');
  await using session = await open(file, 'read');
  const full = session.backup({
    ...{ ledgerTable, jobs: 2, binaries: null, compression: null, onProgress: () => {} },
    signal: new AbortController().signal,
    stage: { folder: '/dev/full', take: async () => {}, put: async () => {} },
  });
  await expect(full).rejects.toThrow(/\/dev\/full/);
  new Database(file, { timeout: 0 }).exec('BEGIN EXCLUSIVE; ROLLBACK').close();
  expect(existsSync(stage)).toBe(false);
});

test('the stage takes the copy when the snapshot has ended, where that is sooner', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'app.db');
  fill(file, 'delete', 20);
  await using session = await open(file, 'read');
  const take = async (path: string): Promise<void> => {
    await until('the end of the snapshot', async () => canWrite(file));
    expect(balance(join(folder.path, path))).toEqual({ amount: 0, rows: 0 });
  };
  const taken = await session.backup({
    ...{ ledgerTable, jobs: 2, binaries: null, compression: null, onProgress: () => {} },
    ...{ signal: new AbortController().signal, stage: { folder: folder.path, take, put: take } },
  });
  expect(taken.content).toEqual(await contentOf(file));
});

function canWrite(file: string): boolean {
  const db = new Database(file, { timeout: 0 });
  try {
    db.exec('BEGIN EXCLUSIVE; ROLLBACK');
    return true;
  } catch {
    return false;
  } finally {
    db.close();
  }
}

test('the stage cannot take the copy: its error is thrown, and the snapshot ends', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'app.db');
  fill(file, 'delete', 20);
  await using session = await open(file, 'read');
  const full = new JemError('disk-full', 'The disk is full');
  const failing = session.backup({
    ...{ ledgerTable, jobs: 2, binaries: null, compression: null, onProgress: () => {} },
    signal: new AbortController().signal,
    stage: {
      folder: folder.path,
      take: () => Promise.reject(full),
      put: () => Promise.reject(full),
    },
  });
  await expect(failing).rejects.toBe(full);
  expect(canWrite(file)).toBe(true);
});

test('what cannot be backed up is said by name', async () => {
  await using folder = await temporaryFolder();
  const stage = join(folder.path, 'stage');
  await using memory = await open(':memory:');
  expect(await refusal(backUpSession(memory, stage))).toMatchObject({
    code: 'backup-incomplete',
    message: 'A database in memory cannot be backed up',
  });
  const file = join(folder.path, 'encrypted.db');
  writeFileSync(file, Buffer.alloc(8192, 'x1'));
  expect(await refusal(open(file, 'read'))).toMatchObject({
    code: 'not-a-database',
    details: { why: 'The file holds something else, or the database in it is encrypted.' },
  });
  expect(readdirSync(folder.path).toSorted()).toEqual(['encrypted.db', 'stage']);
});

test('functions and collations that only the application has', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'app.db');
  const db = new Database(file);
  db.function('own', { deterministic: true }, (a) => a);
  db.exec(`CREATE TABLE t (a, b AS (own(a)) VIRTUAL, c AS (own(a)) STORED, CHECK (own(a) > 0));
    CREATE INDEX i ON t (own(a)); INSERT INTO t (a) VALUES (1), (2);
    CREATE TABLE k (a TEXT PRIMARY KEY); INSERT INTO k VALUES ('x')`);
  const redefine = (sql: string): void => {
    db.unsafeMode().exec(`PRAGMA writable_schema = ON;
      UPDATE sqlite_schema SET sql = '${sql}' WHERE name = 'k'; PRAGMA writable_schema = RESET`);
  };
  redefine('CREATE TABLE k (a TEXT COLLATE weird PRIMARY KEY)');
  const { taken, copy } = await backUp(file, join(folder.path, 'first'));
  expect(taken.content.tables.map(({ name, rows }) => `${name} ${rows}`)).toEqual(['k 1', 't 2']);
  expect(await contentOf(copy)).toEqual(taken.content);
  redefine('CREATE TABLE k (a TEXT PRIMARY KEY) WITHOUT ROWID');
  db.exec(
    "DROP TABLE k; CREATE TABLE k (a TEXT PRIMARY KEY) WITHOUT ROWID; INSERT INTO k VALUES ('x')",
  );
  redefine('CREATE TABLE k (a TEXT COLLATE weird PRIMARY KEY) WITHOUT ROWID');
  db.close();
  expect(await refusal(backUp(file, join(folder.path, 'second')))).toMatchObject({
    code: 'backup-incomplete',
    message: 'The table k cannot be read here',
  });
});
