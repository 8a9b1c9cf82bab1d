import { describe, expect, it } from 'vitest';
import type { Examined } from '../../src/engines/slow.ts';
import type { SlowResult } from '../../src/health/slow/result.ts';
import { openedPostgres, type TestDatabase } from '../support/databases.ts';
import { startPgBouncer } from '../support/pgbouncer.ts';
import { postgresVersions, sharedPostgres } from '../support/postgres.ts';
import { project } from '../support/project.ts';

/** Says so in the server's log, which no rollback takes back. */
const speaks = (word: string): string =>
  `language plpgsql as $$ begin raise log 'planted % was run', '${word}'; return 1; end $$`;

/** What would do harm if it were run, and what it would leave behind. */
const harmful = [
  'select 1; drop table victim',
  "select 1; select pg_sleep(0); copy victim to '/tmp/x'",
  'with gone as (delete from victim returning id) select count(*) from gone',
  'with more as (insert into victim values (99) returning id) select * from more',
  'update victim set id = 0',
  'delete from victim',
  'truncate victim',
  'drop table victim',
  'select * into stolen from victim',
  'select nextval($1) from victim',
  "select setval('victim_numbers', 500)",
  "select pg_advisory_lock(4711), set_config('app.planted', 'yes', false)",
  'select volatile_planted(1)',
  'select 1) as x; drop table victim; --',
  'execute planted',
  'explain analyze delete from victim',
  'do $$ begin delete from victim; end $$',
  'values (volatile_planted(2))',
  'merge into victim v using (values (1)) s(id) on v.id = s.id when matched then delete',
];

/** Planning itself would run these: their words say that they change nothing. */
const runByPlanning = [
  ['select * from victim where id = immutable_planted(1)', 'immutable_planted'],
  ['select * from victim where id = stable_planted(2)', 'stable_planted'],
  ['select * from victim v where v.id = "immutable_planted"(3)', 'immutable_planted'],
  ['select * from watched where id = 5', 'immutable_planted'],
  ['select * from watching where id = 5', 'immutable_planted'],
  ['select * from victim where 7 === 8', 'same_planted'],
  ["select '3'::guarded from victim", 'check_planted'],
  ['select inlined_planted() from victim', 'inlined_planted'],
] as const;

const planted = `
create table victim (id integer primary key);
insert into victim select generate_series(1, 50);
create sequence victim_numbers;
create function volatile_planted(integer) returns integer volatile ${speaks('volatile')};
create function immutable_planted(integer) returns integer immutable ${speaks('immutable')};
create function stable_planted(integer) returns integer stable ${speaks('stable')};
create function same_planted(integer, integer) returns boolean immutable
  language plpgsql as $$ begin raise log 'planted operator was run'; return true; end $$;
create operator === (leftarg = integer, rightarg = integer, function = same_planted);
create function check_planted(integer) returns boolean immutable
  language plpgsql as $$ begin raise log 'planted check was run'; return true; end $$;
create domain guarded as integer check (check_planted(value));
create view watched as select * from victim where id > immutable_planted(4);
create view watching as select * from watched;
-- Volatile, as functions are unless they say otherwise; the planner puts its body into the statement.
create function inlined_planted() returns integer language sql as 'select public.immutable_planted(6)'`;

async function remains(database: TestDatabase): Promise<unknown> {
  const [row] = await database.sql(
    `select (select count(*) from victim)::int as rows, to_regclass('stolen') as stolen,
       (select sum(id) from victim)::int as sum, (select last_value from victim_numbers)::int as number,
       (select count(*) from pg_locks where locktype = 'advisory')::int as locks`,
  );
  return row;
}

const untouched = { rows: 50, stolen: null, sum: 1275, number: 1, locks: 0 };

describe.each(postgresVersions().map(({ major }) => major))('on PostgreSQL %d', (major) => {
  it('runs nothing that it plans', async () => {
    const server = await sharedPostgres(major);
    await using database = await openedPostgres(await server.createDatabase());
    await database.sql(planted);
    await using work = await project({}, database.url);
    await work.write({
      'harmful.sql': harmful.slice(2).join(';\n'),
      'planned.sql': runByPlanning.map(([sql]) => sql).join(';\n'),
    });
    const logged = (await server.log()).length;
    const { stderr, json } = await work.run([
      'health',
      'slow',
      '--statements',
      'harmful.sql',
      '--json',
    ]);
    expect(stderr).toBe('');
    const { statements } = json<SlowResult>().result;
    // A script of several is cut before it is planned, so that more come out than went in.
    expect(statements.length).toBeGreaterThanOrEqual(harmful.length - 2);
    expect(statements.filter(({ plan }) => plan !== null).length).toBeGreaterThanOrEqual(6);

    const refused = await work.run(['health', 'slow', '--statements', 'planned.sql', '--json']);
    const reasons = refused
      .json<SlowResult>()
      .result.statements.map(({ noPlan }) => noPlan?.reason);
    for (const [at, [sql, name]] of runByPlanning.entries())
      expect(reasons[at], sql).toMatch(new RegExp(`^planning it may run public\\.${name}`));

    expect(await remains(database)).toEqual(untouched);
    const written = async (): Promise<string> => (await server.log()).slice(logged);
    expect(await written()).not.toContain('was run');

    // The same statements tell that the test would see it.
    await work.run(['health', 'slow', '--statements', 'planned.sql', '--trust-functions']);
    expect(await written()).toContain('planted immutable was run');
    expect(await written()).toContain('planted operator was run');
    expect(await remains(database)).toEqual(untouched);
  });

  it('lets the server refuse a text of several statements', async () => {
    const server = await sharedPostgres(major);
    await using database = await openedPostgres(await server.createDatabase());
    await database.sql(planted);
    await using session = await openSession(database.url);
    const slow = await session.slow?.({ trustFunctions: false });
    const plans = new Map<string, unknown>();
    for (const sql of harmful) plans.set(sql, await slow?.handedIn(sql).examine(null));
    const planned = harmful.filter((sql) => (plans.get(sql) as Examined).plan !== null);
    expect(planned.length).toBeGreaterThanOrEqual(6);
    expect(planned.filter((sql) => sql.includes(';'))).toEqual([]);
    expect(await remains(database)).toEqual(untouched);
    const left = await session.query('select count(*)::int as number from pg_prepared_statements');
    expect(left).toEqual([{ number: 0 }]);
  });

  it('waits for no lock, and says who is in the way', async () => {
    const server = await sharedPostgres(major);
    await using database = await openedPostgres(await server.createDatabase());
    await database.sql('create table busy (id integer primary key)');
    await database.sql('create table free (id integer primary key)');
    await using work = await project({}, database.url);
    await work.write({ 'queries.sql': 'select * from busy where id = $1; select * from free' });
    await database.sql('begin; lock table busy in access exclusive mode');
    const { exitCode, json } = await work.run(
      ['health', 'slow', '--statements', 'queries.sql', '--json'],
      { timeout: 10_000 },
    );
    expect(exitCode).toBe(0);
    const [busy, free] = json<SlowResult>().result.statements;
    expect(busy?.plan).toBeNull();
    expect(busy?.noPlan?.reason).toContain('somebody holds a lock');
    expect(free?.plan?.node).toBe('Seq Scan');
  });
});

describe('through PgBouncer', () => {
  it.each(['transaction', 'session'] as const)(
    'leaves nothing to the next client (%s)',
    async (poolMode) => {
      const server = await sharedPostgres(18);
      const direct = await server.createDatabase();
      await using database = await openedPostgres(direct);
      await database.sql(planted);
      await using pooler = await startPgBouncer(server, {
        poolMode,
        conf: ['default_pool_size = 1'],
      });
      const url = pooler.url(new URL(direct).pathname.slice(1));
      await using work = await project({}, url);
      await work.write({
        'queries.sql': `select * from victim where id = $1; select nosuch($1); delete from victim;
        select * from victim where id = immutable_planted($1)`,
      });
      const { json } = await work.run(['health', 'slow', '--statements', 'queries.sql', '--json']);
      const { statements } = json<SlowResult>().result;
      expect(statements.map(({ plan }) => plan !== null)).toEqual([true, false, true, false]);
      await using next = await openedPostgres(url);
      const [row] = await next.sql(
        `select (select count(*)::int from pg_prepared_statements) as prepared,
         current_setting('plan_cache_mode') as mode, current_setting('statement_timeout') as timeout,
         current_setting('transaction_read_only') as "readOnly"`,
      );
      expect(row).toEqual({ prepared: 0, mode: 'auto', timeout: '0', readOnly: 'off' });
      expect(await remains(database)).toEqual(untouched);
    },
  );
});

async function openSession(url: string) {
  const { connect } = await import('../../src/connection.ts');
  const { parseTarget } = await import('../../src/target.ts');
  const environment = { env: {}, cwd: '/', home: '/', user: 'nobody' };
  const target = await parseTarget(url, environment);
  return connect(target, {
    signal: new AbortController().signal,
    connectTimeout: 5000,
    mode: 'read',
    warn: () => {},
  });
}
