import { describe, expect, test } from 'vitest';
import type { UnwrappedStep } from '../../../src/engines/migrating.ts';
import { refusal, statementFailure } from './failures.ts';
import { inserting, script } from './session-tools.ts';
import { workbench, type Workbench } from './workbench.ts';

function up(sql: string, name = '1'): UnwrappedStep {
  return { change: inserting(name), script: script(sql), lockTimeout: 500, done: 0 };
}

function down(sql: string, name = '1'): UnwrappedStep {
  return { change: { kind: 'delete', name }, script: script(sql), lockTimeout: 500, done: 0 };
}

const progressOf = async ({ migrations }: Workbench): Promise<unknown> =>
  (await migrations.read())?.map(({ statementsDone }) => statementsDone);

const log = 'CREATE TABLE log (n INTEGER PRIMARY KEY);';
const rows = ({ sql }: Workbench): unknown => sql('SELECT n FROM log').map((row) => row['n']);

describe('a script without a transaction', () => {
  test('runs what no transaction takes', async () => {
    await using bench = await workbench(log);
    const sql = `VACUUM; PRAGMA journal_mode = WAL; INSERT INTO log VALUES (1);
      ATTACH ':memory:' AS other; DETACH other; PRAGMA wal_checkpoint(TRUNCATE)`;
    expect(await bench.migrations.applyUnwrapped(up(sql))).toBe('done');
    expect(rows(bench)).toEqual([1]);
    expect(bench.sql('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    expect(await progressOf(bench)).toEqual([null]);
    expect(await bench.migrations.applyUnwrapped(up(sql))).toBe('done-by-another');
  });

  test('stops where it fails, and goes on from there', async () => {
    await using bench = await workbench(log);
    const bad =
      'INSERT INTO log VALUES (1); VACUUM; INSERT INTO log VALUES (2); nonsense; SELECT 1';
    const failed = await statementFailure(bench.migrations.applyUnwrapped(up(bad)));
    expect([failed.statement, failed.offset]).toEqual([3, bad.indexOf('nonsense')]);
    expect(rows(bench)).toEqual([1, 2]);
    expect(await progressOf(bench)).toEqual([3]);
    const mended = bad.replace('nonsense', 'INSERT INTO log VALUES (3)');
    const change = inserting('1', 'of the mended file');
    expect(await bench.migrations.applyUnwrapped({ ...up(mended), change })).toBe('done');
    expect(rows(bench)).toEqual([1, 2, 3]);
    expect(await bench.migrations.read()).toMatchObject([{ checksum: 'of the mended file' }]);
    expect(await progressOf(bench)).toEqual([null]);
  });

  test('says its settings again where it goes on', async () => {
    await using bench = await workbench(`${log} CREATE TABLE kept (n CHECK (n > 0));`);
    const begin = `PRAGMA ignore_check_constraints = ON; ATTACH ':memory:' AS other;
      INSERT INTO log VALUES (1);`;
    const sql = (word: string): string => `${begin} ${word}; INSERT INTO kept VALUES (-1);`;
    await statementFailure(bench.migrations.applyUnwrapped(up(sql('nonsense'))));
    await bench.session.query('DETACH other');
    expect(await progressOf(bench)).toEqual([3]);
    await bench.migrations.applyUnwrapped(up(sql('CREATE TABLE other.t (a)')));
    expect(bench.sql('SELECT n FROM kept')).toEqual([{ n: -1 }]);
    expect(rows(bench)).toEqual([1]);
  });

  test('its own transaction is one step', async () => {
    await using bench = await workbench(log);
    const bad = `INSERT INTO log VALUES (1); BEGIN; INSERT INTO log VALUES (2);
      INSERT INTO log VALUES (1); COMMIT; INSERT INTO log VALUES (3);`;
    const failed = await statementFailure(bench.migrations.applyUnwrapped(up(bad)));
    expect(failed.statement).toBe(3);
    expect(failed.reason.code).toBe('constraint-violated');
    expect(rows(bench)).toEqual([1]);
    expect(await progressOf(bench)).toEqual([1]);
    const good = bad.replaceAll('VALUES (1)', 'VALUES (10)').replace('VALUES (10)', 'VALUES (1)');
    await bench.migrations.applyUnwrapped(up(good));
    expect(rows(bench)).toEqual([1, 2, 3, 10]);
  });

  test('its own rollback, and savepoints', async () => {
    await using bench = await workbench(log);
    const sql = `BEGIN; INSERT INTO log VALUES (1); ROLLBACK; INSERT INTO log VALUES (2);
      SAVEPOINT a; INSERT INTO log VALUES (3); SAVEPOINT b; INSERT INTO log VALUES (4);
      ROLLBACK TO b; RELEASE b; RELEASE a; INSERT INTO log VALUES (5); BEGIN IMMEDIATE;
      INSERT INTO log VALUES (6); END;`;
    expect(await bench.migrations.applyUnwrapped(up(sql))).toBe('done');
    expect(rows(bench)).toEqual([2, 3, 5, 6]);
    expect(await progressOf(bench)).toEqual([null]);
  });

  test('one that forgets its COMMIT fails', async () => {
    await using bench = await workbench(log);
    const sql = 'INSERT INTO log VALUES (1); BEGIN; INSERT INTO log VALUES (2);';
    const failed = await statementFailure(bench.migrations.applyUnwrapped(up(sql)));
    expect(failed.reason.code).toBe('migration-transaction-control');
    expect(rows(bench)).toEqual([1]);
    expect(await progressOf(bench)).toEqual([1]);
  });

  test('keys it breaks are told, and stay its own fault', async () => {
    await using bench = await workbench(`${log}
      CREATE TABLE kid (n INTEGER REFERENCES log (n)); INSERT INTO log VALUES (1);
      INSERT INTO kid VALUES (1);`);
    const sql = 'PRAGMA foreign_keys = OFF; DELETE FROM log;';
    const failed = await statementFailure(bench.migrations.applyUnwrapped(up(sql)));
    expect([failed.statement, failed.offset]).toEqual([2, null]);
    expect(failed.reason.message).toBe('Rows of kid refer to log in vain');
    expect(await progressOf(bench)).toEqual([2]);
  });
});

describe('the way down without a transaction', () => {
  test('takes the row away at its end', async () => {
    await using bench = await workbench(log);
    await bench.migrations.applyUnwrapped(up('INSERT INTO log VALUES (1)'));
    expect(await bench.migrations.applyUnwrapped(down('VACUUM; DELETE FROM log'))).toBe('done');
    expect(await bench.migrations.read()).toEqual([]);
    expect(await bench.migrations.applyUnwrapped(down('SELECT 1'))).toBe('done-by-another');
  });

  test('counts for itself, and only the way down goes on with it', async () => {
    await using bench = await workbench(log);
    await bench.migrations.applyUnwrapped(up('INSERT INTO log VALUES (1)'));
    const bad = 'INSERT INTO log VALUES (2); nonsense;';
    await statementFailure(bench.migrations.applyUnwrapped(down(bad)));
    expect(await progressOf(bench)).toEqual([-1]);
    expect((await refusal(bench.migrations.applyUnwrapped(up(bad)))).code).toBe(
      'migration-unfinished',
    );
    const good = bad.replace('nonsense', 'INSERT INTO log VALUES (3)');
    expect(await bench.migrations.applyUnwrapped(down(good))).toBe('done');
    expect(rows(bench)).toEqual([1, 2, 3]);
    expect(await bench.migrations.read()).toEqual([]);
  });
});
