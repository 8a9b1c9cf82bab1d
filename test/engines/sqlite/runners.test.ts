import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { type TemporaryFolder, temporaryFolder } from '../../support/folders.ts';
import { startRunner } from './runner.ts';

const names = Array.from({ length: 40 }, (_, index) => String(index + 1).padStart(4, '0'));

/** Each file makes a table and adds a row, so that running it twice shows. */
async function manyFiles({ path }: TemporaryFolder): Promise<{ list: string; file: string }> {
  const files = names.map((name) => [
    name,
    `CREATE TABLE t${name} (a INTEGER); INSERT INTO t${name} VALUES (1);`,
  ]);
  const list = join(path, 'list.json');
  await writeFile(list, JSON.stringify(Object.fromEntries(files)));
  return { list, file: join(path, 'app.db') };
}

function look<T>(file: string, body: (database: Database.Database) => T): T {
  const database = new Database(file);
  try {
    return body(database);
  } finally {
    database.close();
  }
}

function ledgerOf(file: string): unknown[] {
  return look(file, (database) =>
    database.prepare('SELECT name FROM jem_db_migrations ORDER BY id').pluck().all(),
  );
}

function tablesOf(file: string): unknown[] {
  return look(file, (database) =>
    database
      .prepare(`SELECT substr(name, 2) FROM sqlite_schema WHERE name GLOB 't[0-9]*' ORDER BY name`)
      .pluck()
      .all(),
  );
}

describe('several runners at once on an empty database', () => {
  test.each([
    [2, 'apply'],
    [8, 'apply'],
    [8, 'together'],
  ])('%i runners, %s: each migration runs once, all end well', async (count, task) => {
    await using folder = await temporaryFolder();
    const { list, file } = await manyFiles(folder);
    const runners = await Promise.all(
      Array.from({ length: count }, () => startRunner([task, file, list])),
    );
    const ended = await Promise.all(runners.map((runner) => runner.process));
    expect(runners.flatMap(({ told }) => told.filter((line) => 'failed' in line))).toEqual([]);
    expect(ended.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(
      ended.map(() => [0, '']),
    );
    const results = runners.flatMap(({ told }) => told.filter((line) => 'name' in line));
    for (const name of names) {
      const outcomes = results
        .filter((line) => line['name'] === name)
        .map((line) => String(line['result']));
      expect(outcomes.toSorted((a, b) => a.localeCompare(b))).toEqual([
        'done',
        ...Array.from({ length: count - 1 }, () => 'done-by-another'),
      ]);
    }
    expect(ledgerOf(file)).toEqual(names);
    expect(tablesOf(file)).toEqual(names);
    expect(await readdir(folder.path)).toEqual(['app.db', 'list.json']);
  });

  test('without a transaction: every statement runs once', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'app.db');
    const sql = join(folder.path, '1.sql');
    const numbers = Array.from({ length: 400 }, (_, index) => index + 1);
    const inserts = numbers.map((number) => `INSERT INTO done VALUES (${number});`);
    // What belongs to one connection shows whether two of them took turns.
    const temporary = 'CREATE TEMP TABLE mine (a); INSERT INTO mine VALUES (1);';
    const all = [...inserts.slice(0, 20), temporary, ...inserts.slice(20), 'DELETE FROM mine'];
    await writeFile(sql, `CREATE TABLE done (n INTEGER); VACUUM; ${all.join('\n')}`);
    const runners = await Promise.all(
      Array.from({ length: 4 }, () => startRunner(['unwrapped', file, sql])),
    );
    const ended = await Promise.all(runners.map((runner) => runner.process));
    expect(ended.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(
      ended.map(() => [0, '']),
    );
    expect(
      runners.flatMap(({ told }) => told.map((line) => line['result'])).filter(Boolean),
    ).toEqual(expect.arrayContaining(['done', 'done-by-another']));
    const rows = look(file, (database) => database.prepare('SELECT n FROM done').pluck().all());
    expect(rows).toEqual(numbers);
  });
});

/** A second of work in one statement. */
const slow = `CREATE TABLE slow AS WITH RECURSIVE n(i) AS
  (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) SELECT i FROM n WHERE i % 1000 = 0;`;

describe('stopped in the middle', () => {
  test.each(['delete', 'wal'])(
    'kill -9 (%s): ledger and schema agree, and the next run goes on',
    async (mode) => {
      await using folder = await temporaryFolder();
      const file = join(folder.path, 'app.db');
      look(file, (database) => database.pragma(`journal_mode = ${mode}`));
      const list = join(folder.path, 'list.json');
      const files = {
        '0001': 'CREATE TABLE t0001 (a)',
        '0002': `CREATE TABLE t0002 (a); ${slow} INSERT INTO t0002 VALUES (1);`,
        '0003': 'CREATE TABLE t0003 (a)',
      };
      await writeFile(list, JSON.stringify(files));
      const runner = await startRunner(['apply', file, list]);
      await runner.lines(3);
      runner.process.kill('SIGKILL');
      await runner.process;
      expect(ledgerOf(file)).toEqual(['0001']);
      expect(tablesOf(file)).toEqual(['0001']);
      const next = await startRunner(['apply', file, list]);
      expect((await next.process).exitCode).toBe(0);
      expect(ledgerOf(file)).toEqual(Object.keys(files));
      expect(tablesOf(file)).toEqual(Object.keys(files));
      expect(look(file, (database) => database.pragma('journal_mode', { simple: true }))).toBe(
        mode,
      );
    },
  );

  test('kill -9 of a script without a transaction: no statement runs twice', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'app.db');
    const sql = join(folder.path, '1.sql');
    await writeFile(
      sql,
      `PRAGMA foreign_keys = OFF; CREATE TABLE done (n INTEGER);
       INSERT INTO done VALUES (1); ${slow} INSERT INTO done VALUES (2);`,
    );
    const runner = await startRunner(['unwrapped', file, sql]);
    await runner.lines(1);
    const rows = (): unknown => {
      const database = new Database(file, { readonly: true, timeout: 1000 });
      try {
        return database.prepare('SELECT statements_done FROM jem_db_migrations').pluck().get();
      } finally {
        database.close();
      }
    };
    await expect.poll(rows, { timeout: 10_000 }).toBe(3);
    runner.process.kill('SIGKILL');
    await runner.process;
    expect(rows()).toBe(3);
    const next = await startRunner(['unwrapped', file, sql]);
    expect((await next.process).exitCode).toBe(0);
    expect(look(file, (database) => database.prepare('SELECT n FROM done').pluck().all())).toEqual([
      1, 2,
    ]);
    expect(rows()).toBeNull();
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('%s between two statements', async (signal) => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'app.db');
    const list = join(folder.path, 'list.json');
    const many = Array.from({ length: 200_000 }, (_, n) => `INSERT INTO t0002 VALUES (${n});`);
    const files = {
      '0001': 'CREATE TABLE t0001 (a)',
      '0002': `CREATE TABLE t0002 (a); ${many.join('\n')} ${slow}${slow.replaceAll('slow', 'slower')}`,
    };
    await writeFile(list, JSON.stringify(files));
    const runner = await startRunner(['apply', file, list]);
    await runner.lines(3);
    runner.process.kill(signal);
    const { exitCode } = await runner.process;
    expect(exitCode).toBe(signal === 'SIGINT' ? 130 : 143);
    expect(runner.told.at(-1)).toMatchObject({ failed: { code: 'interrupted' } });
    expect(ledgerOf(file)).toEqual(['0001']);
    expect(tablesOf(file)).toEqual(['0001']);
    expect(await readdir(folder.path)).toEqual(['app.db', 'list.json']);
  });
});

test('a signal inside one long statement is served when that ends, before the commit', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'app.db');
  const list = join(folder.path, 'list.json');
  await writeFile(list, JSON.stringify({ '0001': slow }));
  for (let round = 0; round < 3; round++) {
    const runner = await startRunner(['apply', file, list]);
    await runner.lines(1);
    runner.process.kill('SIGINT');
    expect((await runner.process).exitCode).toBe(130);
  }
  expect(ledgerOf(file)).toEqual([]);
});

test('a file of 20 MB needs little more memory than its own size', async () => {
  await using folder = await temporaryFolder();
  const sql = join(folder.path, 'large.sql');
  const line = `INSERT INTO t VALUES ('${'x'.repeat(460)}; drop table t');\n`;
  await writeFile(sql, `CREATE TABLE t (a TEXT);\n${line.repeat(40_000)}`);
  const runner = await startRunner(['large', join(folder.path, 'app.db'), sql]);
  expect((await runner.process).stderr).toBe('');
  const [report] = runner.told;
  expect(report).toMatchObject({ result: 'done' });
  expect(Number(report?.['grewKiB'])).toBeLessThan(Number(report?.['fileKiB']) + 60 * 1024);
});
