import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { execa } from 'execa';
import { createRequire } from 'node:module';
import { Interrupted } from '../../../src/errors.ts';
import { refusal } from './failures.ts';
import { migrationsOf, open, up } from './session-tools.ts';
import { workbench } from './workbench.ts';

const require = createRequire(import.meta.url);

/** Another process that has run some SQL on the file and keeps its transaction open. */
async function holder(file: string, sql: string): Promise<AsyncDisposable & { pid: number }> {
  const program = `const D = require(${JSON.stringify(require.resolve('better-sqlite3'))});
    const d = new D(${JSON.stringify(file)}); d.exec('BEGIN');
    const s = d.prepare(${JSON.stringify(sql)}); s.reader ? s.all() : s.run();
    console.log('held'); setInterval(() => {}, 1000);`;
  const child = execa('node', ['-e', program], { reject: false });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return {
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await child;
    },
  };
}

const schema = 'CREATE TABLE t (a); INSERT INTO t VALUES (1);';
const write = 'UPDATE t SET a = 2';
const read = 'SELECT * FROM t';

describe.each(['delete', 'wal'])('a database in use (%s)', (mode) => {
  const setup = `PRAGMA journal_mode = ${mode}; ${schema}`;

  test('a writer is waited for shortly, then named', async () => {
    await using bench = await workbench(setup);
    await using other = await holder(bench.file, write);
    const started = performance.now();
    const error = await refusal(bench.migrations.apply(up('1', 'CREATE TABLE u (a)', 300)));
    expect(performance.now() - started).toBeGreaterThan(290);
    expect([error.code, error.retryable, error.exitCode]).toEqual(['lock-timeout', true, 3]);
    expect(error.message).toBe(`${bench.file} is locked by another connection`);
    expect(error.details.why).toMatch(/^Waited 0\.[3-9] s; /);
    expect(error.details.why).toContain(`process ${other.pid} (node) writes`);
    expect(error.details.original).toBe('database is locked');
    expect(await bench.migrations.read()).toEqual([]);
  });

  test('a writer that ends in time is no obstacle', async () => {
    await using bench = await workbench(setup);
    const other = await holder(bench.file, write);
    const applying = bench.migrations.apply(up('1', 'CREATE TABLE u (a)', 20_000));
    await other[Symbol.asyncDispose]();
    expect(await applying).toBe('done');
  });

  test('a writer is no runner: without a ledger, too, the first step waits for it shortly', async () => {
    await using bench = await workbench(setup);
    const migrations = bench.session.migrations({
      signal: new AbortController().signal,
      ledgerTable: 'another_ledger',
    });
    const told: unknown[] = [];
    const wait = { timeout: 60_000, onWait: (...what: unknown[]) => told.push(what) };
    await using other = await holder(bench.file, write);
    const started = performance.now();
    const error = await refusal(
      migrations.exclusively(wait, () => migrations.apply(up('1', 'CREATE TABLE u (a)', 300))),
    );
    expect(performance.now() - started).toBeLessThan(5000);
    expect([error.code, told]).toEqual(['lock-timeout', []]);
    expect(error.details.why).toContain(`process ${other.pid} (node) writes`);
    await other[Symbol.asyncDispose]();
    const steps = [up('1', 'CREATE TABLE u (a)'), up('2', 'CREATE TABLE v (a)')];
    expect((await migrations.applyGroup?.(steps))?.results).toHaveLength(2);
    expect(await migrations.read()).toHaveLength(2);
  });

  test('the signal ends the waiting', async () => {
    const controller = new AbortController();
    await using bench = await workbench(setup, controller.signal);
    await using _other = await holder(bench.file, write);
    const applying = bench.migrations.apply(up('1', 'CREATE TABLE u (a)', 60_000));
    const reason = new Interrupted('SIGINT');
    setImmediate(() => controller.abort(reason));
    await expect(applying).rejects.toBe(reason);
  });

  test('the ledger is read beside a writer', async () => {
    await using bench = await workbench(setup);
    await using _other = await holder(bench.file, write);
    expect(await bench.migrations.read()).toEqual([]);
    expect(await bench.session.query(read)).toEqual([{ a: 1 }]);
  });

  test('the journal mode stays', async () => {
    await using bench = await workbench(setup);
    await bench.migrations.apply(up('1', `CREATE TABLE u (a); PRAGMA user_version = 3`));
    expect(bench.sql('PRAGMA journal_mode')).toEqual([{ journal_mode: mode }]);
  });
});

describe('a reader', () => {
  test('holds up the commit of a rollback journal: rolled back, and named', async () => {
    await using bench = await workbench(schema);
    await using other = await holder(bench.file, read);
    const error = await refusal(bench.migrations.apply(up('1', 'CREATE TABLE u (a)', 300)));
    expect([error.code, error.exitCode]).toEqual(['lock-timeout', 3]);
    expect(error.details.why).toContain(`process ${other.pid} (node) reads`);
    expect(await bench.session.query('PRAGMA foreign_keys')).toEqual([{ foreign_keys: 1 }]);
    await other[Symbol.asyncDispose]();
    expect(bench.sql(`SELECT name FROM sqlite_schema WHERE name = 'u'`)).toEqual([]);
    expect(await bench.migrations.apply(up('1', 'CREATE TABLE u (a)', 300))).toBe('done');
  });

  test('does not hold up anything in WAL mode', async () => {
    await using bench = await workbench(`PRAGMA journal_mode = wal; ${schema}`);
    await using _other = await holder(bench.file, read);
    expect(await bench.migrations.apply(up('1', 'CREATE TABLE u (a)', 300))).toBe('done');
  });

  test('another connection of this process is named as such', async () => {
    await using bench = await workbench(schema);
    const other = new Database(bench.file);
    other.exec('BEGIN IMMEDIATE');
    const error = await refusal(bench.migrations.apply(up('1', 'SELECT 1', 100)));
    other.close();
    expect(error.details.why).toContain('another connection of this process writes');
  });
});

test('two sessions apply the same at the same time', async () => {
  await using bench = await workbench();
  await using second = await open(bench.file);
  const step = up('1', 'CREATE TABLE t (a)', 5000);
  const results = await Promise.all(
    [bench.migrations, migrationsOf(second)].map((migrations) => migrations.apply(step)),
  );
  expect(results.toSorted()).toEqual(['done', 'done-by-another']);
});
