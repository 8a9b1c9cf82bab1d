import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { GroupOutcome, Step } from '../../../src/engines/migrating.ts';
import { StatementFailure } from '../../../src/engines/migrating.ts';
import { Interrupted } from '../../../src/errors.ts';
import { down, up } from './session-tools.ts';
import { workbench, type Workbench } from './workbench.ts';

/** Two hundred milliseconds of work in one statement. */
const slow = `CREATE TABLE slow AS WITH RECURSIVE n(i) AS
  (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600000) SELECT i FROM n WHERE i % 1000 = 0;`;

/** Another connection in the middle of its reading. */
function reading(file: string): Disposable & { rows(): unknown[] } {
  const database = new Database(file);
  database.exec('BEGIN');
  const count = database.prepare(`SELECT count(*) AS n FROM sqlite_schema WHERE name GLOB 't?'`);
  count.all();
  return { rows: () => count.all(), [Symbol.dispose]: () => void database.close() };
}

async function group({ migrations }: Workbench, steps: readonly Step[]): Promise<GroupOutcome> {
  if (!migrations.applyGroup) throw new Error('SQLite applies groups');
  return migrations.applyGroup(steps);
}

/** Vitest types its matchers loosely. */
const done: unknown = { outcome: 'done', durationMs: expect.any(Number) };

const table = (name: string): Step => up(name, `CREATE TABLE t${name} (a)`);

async function names({ migrations }: Workbench): Promise<unknown> {
  return (await migrations.read())?.map(({ name }) => name);
}

describe('several steps in one transaction', () => {
  test('all are committed', async () => {
    await using bench = await workbench();
    expect(await group(bench, ['1', '2', '3'].map(table))).toEqual({
      results: [done, done, done],
      failure: null,
    });
    expect(await names(bench)).toEqual(['1', '2', '3']);
    const downs = ['3', '2'].map((name) => down(name, `DROP TABLE t${name}`));
    expect((await group(bench, downs)).results).toEqual([done, done]);
    expect(await names(bench)).toEqual(['1']);
    expect(await group(bench, [])).toEqual({ results: [], failure: null });
  });

  test('a failing one is rolled back alone, what came before it stays', async () => {
    await using bench = await workbench();
    const bad = up('3', 'CREATE TABLE t3 (a); INSERT INTO nope VALUES (1)');
    const { results, failure } = await group(bench, [table('1'), table('2'), bad, table('4')]);
    expect(results).toEqual([done, done]);
    expect(failure).toBeInstanceOf(StatementFailure);
    expect(failure).toMatchObject({ statement: 1, reason: { code: 'object-missing' } });
    expect(await names(bench)).toEqual(['1', '2']);
    expect(bench.sql(`SELECT name FROM sqlite_schema WHERE name GLOB 't?' ORDER BY 1`)).toEqual([
      { name: 't1' },
      { name: 't2' },
    ]);
  });

  test('the first one that fails throws', async () => {
    await using bench = await workbench();
    await expect(group(bench, [up('1', 'nonsense'), table('2')])).rejects.toBeInstanceOf(
      StatementFailure,
    );
    expect(await names(bench)).toEqual([]);
  });

  test('each step is told when it begins', async () => {
    await using bench = await workbench();
    const told: number[] = [];
    await bench.migrations.applyGroup?.(['1', '2', '3'].map(table), (index) => told.push(index));
    await bench.migrations.applyGroup?.([table('4')], (index) => told.push(index));
    expect(told).toEqual([0, 1, 2, 0]);
  });

  test('a signal in one of them keeps those before it', async () => {
    const controller = new AbortController();
    await using bench = await workbench('', controller.signal);
    const steps = [table('1'), table('2'), up('3', `CREATE TABLE t3 (a); ${slow} SELECT 1;`)];
    const reason = new Interrupted('SIGINT');
    const stop = (index: number): void =>
      index === 2 ? void setImmediate(() => controller.abort(reason)) : undefined;
    const outcome = await bench.migrations.applyGroup?.(steps, stop);
    expect(outcome).toEqual({ results: [done, done], failure: reason });
    const look = 'SELECT name FROM jem_db_migrations ORDER BY 1';
    expect(bench.sql(look)).toEqual([{ name: '1' }, { name: '2' }]);
    expect(bench.sql(`SELECT 1 FROM sqlite_schema WHERE name = 't3'`)).toEqual([]);
  });

  test('a signal while their commit waits takes all of them back, and says so', async () => {
    const controller = new AbortController();
    await using bench = await workbench(
      'CREATE TABLE t (a); INSERT INTO t VALUES (1)',
      controller.signal,
    );
    using reader = reading(bench.file);
    const reason = new Interrupted('SIGINT');
    const stop = (index: number): void =>
      index === 1 ? void setTimeout(() => controller.abort(reason), 50) : undefined;
    const applying = bench.migrations.applyGroup?.([table('1'), table('2')], stop);
    await expect(applying).rejects.toMatchObject({
      code: 'interrupted',
      details: {
        why: expect.stringMatching(/^1 to 2 were done and not committed yet: .* rolled back/),
      },
    });
    expect(reader.rows()).toEqual([{ n: 0 }]);
  });

  test('one that rolls everything back takes nothing with it', async () => {
    await using bench = await workbench('CREATE TABLE u (a PRIMARY KEY); INSERT INTO u VALUES (1)');
    const bad = up('3', 'INSERT OR ROLLBACK INTO u VALUES (1)');
    expect(await group(bench, [table('1'), table('2'), bad, table('4')])).toEqual({
      results: [done, done],
      failure: null,
    });
    await expect(group(bench, [bad, table('4')])).rejects.toMatchObject({
      reason: { code: 'constraint-violated' },
    });
    expect(await names(bench)).toEqual(['1', '2']);
  });

  test.each([
    ['a function', up('2', async (database) => database.execute('CREATE TABLE t2 (a)'))],
    ['settings', up('2', 'PRAGMA defer_foreign_keys = ON; CREATE TABLE t2 (a)')],
    ['another need of foreign keys', up('2', 'CREATE TABLE t2 (a); DROP TABLE t2')],
    ['a large script', up('2', `CREATE TABLE t2 (a); -- ${'x'.repeat(70_000)}`)],
    [
      'keys checked at the commit',
      up('2', 'CREATE TABLE t2 (a REFERENCES t1 DEFERRABLE INITIALLY DEFERRED)'),
    ],
  ])('%s ends the group before it', async (_title, step) => {
    await using bench = await workbench();
    const steps = [table('1'), step, table('3')];
    expect((await group(bench, steps)).results).toEqual([done]);
    expect((await group(bench, steps.slice(1))).results).toEqual([done]);
    expect((await group(bench, steps.slice(2))).results).toEqual([done]);
    expect(await names(bench)).toEqual(['1', '2', '3']);
  });

  test('a key that is checked at the commit is its own script’s fault', async () => {
    await using bench = await workbench(`CREATE TABLE u (a PRIMARY KEY);
      CREATE TABLE late (u REFERENCES u (a) DEFERRABLE INITIALLY DEFERRED);`);
    const steps = [table('1'), up('2', 'INSERT INTO late VALUES (9)'), table('3')];
    expect(await group(bench, steps)).toEqual({ results: [done], failure: null });
    await expect(group(bench, steps.slice(1))).rejects.toMatchObject({
      statement: 1,
      reason: { message: 'Rows of late refer to u in vain' },
    });
    expect(await names(bench)).toEqual(['1']);
  });

  test('any mixture leaves what one by one leaves', async () => {
    const kinds: Readonly<Record<string, (name: string) => Step>> = {
      table,
      insert: (name) => up(name, `INSERT INTO log VALUES ('${name}')`),
      rollback: (name) =>
        up(name, `INSERT INTO log VALUES ('x${name}'); INSERT OR ROLLBACK INTO u VALUES (1)`),
      fails: (name) => up(name, `INSERT INTO log VALUES ('y${name}'); nonsense`),
      orphan: (name) => up(name, `INSERT INTO kid VALUES ('${name}', 9); DROP VIEW IF EXISTS none`),
      pragma: (name) => up(name, `PRAGMA foreign_keys = OFF; INSERT INTO log VALUES ('p${name}')`),
      drop: (name) => up(name, `DROP TABLE IF EXISTS nothing; INSERT INTO log VALUES ('d${name}')`),
    };
    const schema = `CREATE TABLE log (a); CREATE TABLE u (a PRIMARY KEY); INSERT INTO u VALUES (1);
      CREATE TABLE kid (a, u REFERENCES u (a));`;
    const state = async (bench: Workbench): Promise<unknown> => [
      await names(bench),
      bench.sql('SELECT a FROM log'),
      bench.sql('SELECT a FROM kid'),
      bench.sql('SELECT name FROM sqlite_schema ORDER BY name'),
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...Object.keys(kinds)), { minLength: 1, maxLength: 6 }),
        async (chosen) => {
          const steps = chosen.flatMap((kind, index) => kinds[kind]?.(String(index)) ?? []);
          await using singly = await workbench(schema);
          await using grouped = await workbench(schema);
          await applyUntilFailure(steps, (step) => singly.migrations.apply(step));
          await groupUntilFailure(steps, grouped);
          expect(await state(grouped)).toEqual(await state(singly));
        },
      ),
      { numRuns: 25 },
    );
  });
});

async function applyUntilFailure(
  steps: readonly Step[],
  apply: (step: Step) => Promise<unknown>,
): Promise<void> {
  for (const step of steps)
    try {
      await apply(step);
    } catch (error) {
      if (error instanceof StatementFailure) return;
      throw error;
    }
}

async function groupUntilFailure(steps: readonly Step[], bench: Workbench): Promise<void> {
  try {
    for (let at = 0; at < steps.length;) {
      const { results, failure } = await group(bench, steps.slice(at));
      at += results.length;
      if (failure instanceof StatementFailure) return;
    }
  } catch (error) {
    if (!(error instanceof StatementFailure)) throw error;
  }
}
