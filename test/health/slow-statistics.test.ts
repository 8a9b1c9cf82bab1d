import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SlowResult, SlowStatement } from '../../src/health/slow/result.ts';
import type { CliResult } from '../support/cli.ts';
import { openedPostgres, type TestDatabase } from '../support/databases.ts';
import { type PostgresServer, postgresVersions, startPostgres } from '../support/postgres.ts';
import { type Project, project } from '../support/project.ts';
import { schemaErrors } from '../support/schema.ts';

const schema = `
create schema "Odd Place";
create extension pg_stat_statements schema "Odd Place";
create table orders (id bigint generated always as identity primary key, customer integer not null,
  email text not null, amount numeric not null, created timestamptz not null) with (autovacuum_enabled = off);
insert into orders (customer, email, amount, created)
  select i % 10000, 'u' || i || '@x.example', i, timestamptz '2026-01-01' + i * interval '1 min'
  from generate_series(1, 50000) i;
create table guessed (id bigint primary key) with (autovacuum_enabled = off);
insert into guessed select generate_series(1, 20000);
create table small (id integer primary key, a integer);
insert into small select i, i from generate_series(1, 100) i;
analyze orders; analyze small;
create role other;
create role app login password 'secret-of-the-test';
create role viewer login password 'secret-of-the-test' in role pg_monitor;
create role stranger login password 'secret-of-the-test';
grant usage on schema "Odd Place" to viewer, stranger;
grant select on orders, small to app`;

const slow = {
  index:
    "select sum(amount) from orders where customer = 7 and created > now() - interval '1 year'",
  hidden: "select * from orders where lower(email) = 'u7@x.example'",
  order: 'select id from orders order by created desc limit 5',
  spill: 'select count(*) from (select distinct email, amount from orders offset 0) x',
  guessed: 'select count(*) from guessed where id + 0 = 5',
  range: "select count(*) from orders where created > now() - interval '2 years'",
  small: 'select * from small where a = 5',
  extract: 'select count(*) from orders where extract(day from created) = 7',
  password: "alter role other password 'pg-geheim-1'",
  setting: 'set app.token = geheim2',
  writing: 'with gone as (delete from small where a = -1 returning id) select * from gone',
} as const;

/** The first sample has been taken, and the second has not. */
const betweenSamples = `select pid from pg_stat_activity
  where application_name = 'jem-db' and state = 'idle' and query like '%evictions%'`;

describe.each(postgresVersions())('slow statements of PostgreSQL $major', ({ bin }) => {
  let server: PostgresServer;
  let database: TestDatabase;
  let work: Project;

  beforeAll(async () => {
    server = await startPostgres({
      bin,
      conf: [
        "shared_preload_libraries = 'pg_stat_statements'",
        'autovacuum = off',
        'max_parallel_workers_per_gather = 0',
        "work_mem = '64kB'",
      ],
    });
    database = await openedPostgres(await server.createDatabase());
    for (const statement of schema.split(';\n')) await database.sql(statement);
    work = await project({}, database.url);
  });

  afterAll(async () => {
    await database?.[Symbol.asyncDispose]();
    await work?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  const as = (role: string): string => database.url.replace('//postgres:', `//${role}:`);

  /** Runs the command, and `body` again and again until it has ended. */
  async function during(args: readonly string[], body: () => Promise<unknown>): Promise<CliResult> {
    let ended = false;
    const run = work.run(['health', 'slow', ...args]).finally(() => (ended = true));
    while (!ended) await body();
    return run;
  }

  function found({ json }: CliResult, text: RegExp): SlowStatement {
    expect(schemaErrors(json())).toEqual([]);
    const { statements } = json<SlowResult>().result;
    const one = statements.find((statement) => text.test(statement.text));
    expect(one, `${text} in ${JSON.stringify(statements.map((s) => s.text))}`).toBeDefined();
    return one!;
  }

  const adviceOf = ({ advice }: SlowStatement): (string | null)[][] =>
    advice.map(({ id, sql }) => [id, sql]);

  it('speaks of what runs now, with plans, advice and no value', async () => {
    await database.sql('select count(*) as long_ago from orders');
    const result = await during(['--for', '2s', '--limit', '30', '--json'], async () => {
      for (const sql of Object.values(slow)) await database.sql(sql);
    });
    const { source, statements, period, unseen, total } = result.json<SlowResult>().result;
    expect(source).toBe('statistics');
    expect(period?.ms).toBeGreaterThanOrEqual(2000);
    expect(unseen).toBeNull();
    expect(total?.calls).toBeGreaterThanOrEqual(Object.keys(slow).length);
    expect(statements.some(({ text }) => /long_ago|jem-db|jem_db/.test(text))).toBe(false);
    expect(result.stdout).not.toMatch(/geheim|u7@x/);

    const index = found(result, /^select sum\(amount\)/);
    expect(adviceOf(index)).toEqual([
      ['missing-index', 'CREATE INDEX CONCURRENTLY ON public.orders (customer, created);'],
    ]);
    expect(index.advice[0]?.reason).toContain('about 50,000 rows');
    expect(index.role).toBe('postgres');
    expect(index.counted?.p95.atLeastMs).toBeLessThanOrEqual(index.counted?.p95.atMostMs ?? 0);
    expect(adviceOf(found(result, /lower\(email\)/))).toEqual([
      ['function-in-filter', 'CREATE INDEX CONCURRENTLY ON public.orders (lower(email));'],
    ]);
    expect(adviceOf(found(result, /^select id from orders/))).toContainEqual([
      'index-for-order',
      'CREATE INDEX CONCURRENTLY ON public.orders (created);',
    ]);
    expect(adviceOf(found(result, /guessed/))).toContainEqual([
      'stale-statistics',
      'ANALYZE public.guessed;',
    ]);
    expect(found(result, /distinct email/).advice.map(({ id }) => id)).toContain('temporary-files');
    expect(found(result, /^select count.* where created > now/).advice).toEqual([]);
    expect(found(result, /from small/).advice).toEqual([]);
    expect(found(result, /^select count.*extract/).plan).not.toBeNull();
    expect(found(result, /^with gone/).plan).not.toBeNull();
    expect(found(result, /^alter role/).text).toBe('alter role other password ?');
    expect(found(result, /^set app/).text).toBe('set app.token = ?');
  });

  it('gives advice that helps', async () => {
    await database.sql('create table advised as select * from orders');
    await database.sql('analyze advised');
    await work.write({ 'one.sql': 'select * from advised where customer = $1 and amount > $2' });
    const advise = async (): Promise<SlowStatement | undefined> => {
      const { json } = await work.run(['health', 'slow', '--statements', 'one.sql', '--json']);
      return json<SlowResult>().result.statements[0];
    };
    const before = await advise();
    expect(before?.plan?.node).toBe('Seq Scan');
    await database.sql(before?.advice[0]?.sql ?? '');
    const after = await advise();
    expect(JSON.stringify(after?.plan)).toContain('advised_customer_amount_idx');
    expect(after?.advice).toEqual([]);
  });

  it('goes on over a reset between its samples', async () => {
    await database.sql(slow.small);
    let isReset = false;
    const result = await during(['--for', '2s', '--json'], async () => {
      if (!isReset && (await database.sql(betweenSamples)).length > 0) {
        isReset = true;
        await database.sql('select "Odd Place".pg_stat_statements_reset()');
      }
      await database.sql(slow.small);
    });
    const { notes, statements } = result.json<SlowResult>().result;
    expect(notes.map(({ code }) => code)).toEqual(['statistics-reset']);
    for (const { counted } of statements) expect(counted?.calls).toBeGreaterThan(0);
  });

  it('exits 1 beyond the threshold, and fits 80 columns', async () => {
    for (const sql of Object.values(slow)) await database.sql(sql);
    const args = ['health', 'slow', '--since-reset', '--by', 'mean'];
    const beyond = await work.run([...args, '--max-mean', '1ms']);
    expect(beyond.exitCode).toBe(1);
    expect(beyond.stdout).toContain('beyond: mean over 1.0 ms');
    for (const line of beyond.stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
    expect(
      (await work.run([...args, '--max-mean', '1h', '--json'])).json<SlowResult>().result,
    ).toMatchObject({ thresholds: { meanMs: 3_600_000 } });
  });

  it('says what a role may not see, and the grant', async () => {
    for (const sql of [slow.index, slow.order]) await database.sql(sql);
    const args = ['health', 'slow', '--since-reset', '--json'];
    const viewer = await work.run([...args, '-d', as('viewer')]);
    const index = found(viewer, /^select sum\(amount\)/);
    expect(index.plan).toBeNull();
    expect(index.noPlan?.hint).toContain('GRANT pg_read_all_data TO "viewer"');
    expect(viewer.json<SlowResult>().result.unseen).toBeNull();

    const stranger = await work.run([...args, '-d', as('stranger')]);
    expect(schemaErrors(stranger.json())).toEqual([]);
    const { unseen, statements } = stranger.json<SlowResult>().result;
    expect(unseen?.grant).toBe('GRANT pg_read_all_stats TO "stranger";');
    expect(unseen?.calls).toBeGreaterThan(0);
    expect(statements.filter(({ role }) => role !== 'stranger')).toEqual([]);

    const closed = await work.run(['health', 'slow', '--for', '200ms', '-d', as('app')]);
    expect(closed.stdout.replaceAll(/\s+/g, ' ')).toContain(
      'may not read pg_stat_statements. GRANT USAGE ON SCHEMA "Odd Place" TO "app";',
    );
  });

  it('reads the counters of an extension that was never updated', async () => {
    await using old = await openedPostgres(await server.createDatabase());
    await old.sql("create extension pg_stat_statements version '1.7'");
    await old.sql('create table notes (id integer primary key)');
    await old.sql('select * from notes where id = 5');
    const args = ['health', 'slow', '--since-reset', '--limit', '100', '--json', '-d', old.url];
    const one = found(await work.run(args), /from notes/);
    expect(one.counted?.calls).toBe(1);
    expect(one.plan?.relation).toBe('notes');
  });

  it('plans along the search_path of the role that ran it', async () => {
    await database.sql('create schema tenant');
    await database.sql('create table tenant.visits (id integer primary key)');
    await database.sql('grant usage on schema tenant to app');
    await database.sql('grant select on tenant.visits to app');
    await database.sql('alter role app set search_path = tenant');
    const client = new Client({ connectionString: as('app') });
    await client.connect();
    await client.query('select * from visits where id = $1', [1]);
    await client.end();
    const args = ['health', 'slow', '--since-reset', '--limit', '100', '--json'];
    const planned = found(await work.run(args), /from visits/);
    expect(planned.plan?.relation).toBe('visits');
  });
});
