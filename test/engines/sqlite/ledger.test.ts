import { describe, expect, test } from 'vitest';
import { refusal } from './failures.ts';
import { down, inserting, ledgerTable, migrationsOf, open, up } from './session-tools.ts';
import { workbench } from './workbench.ts';

describe('the ledger', () => {
  test('reading creates nothing', async () => {
    await using session = await open(':memory:');
    const migrations = migrationsOf(session);
    expect(await migrations.read()).toBeNull();
    expect(await session.query('SELECT * FROM sqlite_schema')).toEqual([]);
  });

  test('a row tells name, checksum, time, duration, version and who', async () => {
    await using bench = await workbench();
    const before = Date.now();
    await bench.migrations.apply(up('0001', 'CREATE TABLE t (a)'));
    const [row] = (await bench.migrations.read()) ?? [];
    expect(row).toEqual({
      name: '0001',
      checksum: '1:0001',
      appliedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      durationMs: expect.any(Number),
      toolVersion: '0.1.0',
      appliedBy: expect.stringMatching(/.+@.+/),
      statementsDone: null,
      fileGone: false,
    });
    expect(Date.parse(row?.appliedAt ?? '')).toBeGreaterThanOrEqual(before);
    expect(await bench.migrations.texts('0001')).toEqual({ upSql: 'up of 0001', downSql: null });
    expect(await bench.migrations.texts('none')).toEqual({ upSql: null, downSql: null });
  });

  test('rows stand by time, then as they came', async () => {
    await using bench = await workbench();
    await bench.migrations.record(['b', 'c', 'a'].map((name) => inserting(name)));
    bench.sql(
      `UPDATE ${ledgerTable} SET applied_at = '2026-01-01T00:00:00.000Z' WHERE name <> 'c'`,
    );
    expect((await bench.migrations.read())?.map(({ name }) => name)).toEqual(['b', 'a', 'c']);
  });

  test('what is done already is done by another', async () => {
    await using bench = await workbench();
    const step = up('1', 'CREATE TABLE t (a)');
    expect(await bench.migrations.apply(step)).toBe('done');
    expect(await bench.migrations.apply(step)).toBe('done-by-another');
    expect(await bench.migrations.apply(down('1', 'DROP TABLE t'))).toBe('done');
    expect(await bench.migrations.apply(down('1', 'DROP TABLE t'))).toBe('done-by-another');
  });

  test('accepting a changed or vanished file', async () => {
    await using bench = await workbench();
    await bench.migrations.record([inserting('1')]);
    await bench.migrations.accept('1', {
      checksum: 'new',
      fileGone: true,
      upSql: 'new text',
      downSql: 'back',
    });
    expect(await bench.migrations.read()).toMatchObject([{ checksum: 'new', fileGone: true }]);
    expect(await bench.migrations.texts('1')).toEqual({ upSql: 'new text', downSql: 'back' });
  });

  test('changes recorded together are all made or none', async () => {
    await using bench = await workbench();
    const error = await refusal(bench.migrations.record([inserting('1'), inserting('1')]));
    expect(error.code).toBe('constraint-violated');
    expect(await bench.migrations.read()).toEqual([]);
    await bench.migrations.record([inserting('1'), { kind: 'delete', name: '1' }]);
    expect(await bench.migrations.read()).toEqual([]);
  });

  test('a table of that name by another tool is refused', async () => {
    await using bench = await workbench(`CREATE TABLE other (version TEXT)`);
    const migrations = bench.session.migrations({
      signal: new AbortController().signal,
      ledgerTable: 'other',
    });
    expect((await refusal(migrations.read())).code).toBe('ledger-foreign');
    const waiting = { timeout: 10, onWait: () => {} };
    expect((await refusal(migrations.exclusively(waiting, async () => {}))).code).toBe(
      'ledger-foreign',
    );
  });

  test('another tool’s ledger is read as it stands', async () => {
    await using bench = await workbench(
      `CREATE TABLE "schema ""migrations" (version, n); INSERT INTO "schema ""migrations" VALUES ('a', 1)`,
    );
    expect(await bench.migrations.foreignRows('schema "migrations')).toEqual([
      { version: 'a', n: 1 },
    ]);
    expect(await bench.migrations.foreignRows('none')).toBeNull();
  });

  test('a temporary table of its name does not hide it', async () => {
    await using bench = await workbench();
    await bench.migrations.apply(up('1', `CREATE TEMP TABLE ${ledgerTable} (x)`));
    expect(await bench.migrations.read()).toHaveLength(1);
  });

  test('the name may hold any character', async () => {
    await using session = await open(':memory:');
    const signal = new AbortController().signal;
    const migrations = session.migrations({ signal, ledgerTable: `a "b".c'd` });
    await migrations.exclusively({ timeout: 10, onWait: () => {} }, async () => {});
    expect(await migrations.apply(up('1', 'SELECT 1'))).toBe('done');
    expect(await migrations.read()).toHaveLength(1);
  });

  test('ten thousand rows with texts are read at once', async () => {
    await using bench = await workbench();
    const changes = Array.from({ length: 10_000 }, (_, index) => {
      const change = inserting(String(index));
      return change.kind === 'insert'
        ? { ...change, row: { ...change.row, upSql: 'x'.repeat(2000) } }
        : change;
    });
    await bench.migrations.record(changes);
    const started = performance.now();
    expect(await bench.migrations.read()).toHaveLength(10_000);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
