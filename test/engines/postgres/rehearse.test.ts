import { rejection } from '../../support/rejection.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StatementFailure, type Step } from '../../../src/engines/migrating.ts';
import type { Observation, Rehearsal } from '../../../src/engines/schema.ts';
import { Interrupted, type JemError } from '../../../src/errors.ts';
import { startPgBouncer } from '../../support/pgbouncer.ts';
import { postgresVersions, sharedPostgres, type PostgresServer } from '../../support/postgres.ts';
import { until } from '../../support/until.ts';
import { sendStatement } from '../../../src/engines/postgres/message.ts';
import { opened } from './connecting.ts';
import { runner, step, type Runner } from './migrating.ts';

import { cases, customer, orders, start } from './rehearse-cases.ts';
import { columns, tables } from '../rehearsed.ts';

describe.for(postgresVersions())('a rehearsal on PostgreSQL $major', ({ major }) => {
  let server: PostgresServer;
  let url: string;
  let one: Runner;
  beforeEach(async () => {
    server = await sharedPostgres(major);
    url = await server.createDatabase();
    one = await runner(url);
  });
  afterEach(() => one[Symbol.asyncDispose]());
  const sql = (text: string) => server.psql(text, new URL(url).pathname.slice(1));
  const rehearse = (...steps: readonly Step[]): Promise<Rehearsal> =>
    one.migrations.rehearse(steps);
  const everything = () =>
    sql(
      `select md5(string_agg(x, E'\\n' order by x)) from (
        select row(oid, relname, relfilenode, relnatts, relowner)::text from pg_class where oid >= 16384
        union all select row(c.*)::text from pg_attribute c where attrelid >= 16384
        union all select row(c.*)::text from pg_constraint c
        union all select row(o.*)::text from app.orders o
        union all select row(c.*)::text from app.customer c) as all_of_it (x)`,
    );

  it.for(cases)('sees what is done by: $sql', async ({ before, sql: text, ...expected }) => {
    await sql(start + (before ?? ''));
    const was = await everything();
    const { steps, failure } = await rehearse(step('1', text));
    expect(failure).toBeNull();
    expect(steps).toEqual([
      [
        {
          statement: 0,
          durationMs: expect.any(Number),
          locks: Object.entries(expected.locks ?? {})
            .map(([relation, mode]) => ({ relation, mode }))
            .toSorted((a, b) => (a.relation < b.relation ? -1 : 1)),
          rewritten: expected.rewritten ?? [],
          scanned: expected.scanned ?? [],
        },
      ],
    ]);
    expect(await everything()).toBe(was);
  });

  it('tells each statement what it did itself, and no more', async () => {
    await sql(start);
    const text = `create table app.fresh (id int primary key);
      insert into app.fresh select generate_series(1, 10);
      alter table app.fresh add x text default clock_timestamp()::text;
      comment on table app.orders is 'x';
      alter table app.orders add n int;
      alter table app.orders add m int;
      select pg_sleep(0.2);`;
    const { steps } = await rehearse(step('1', text), step('2', 'drop table app.customer cascade'));
    const [first = [], second = []] = steps;
    expect(first.map(({ statement }) => statement)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(first.map(({ locks }) => locks.map(({ mode }) => mode).join())).toEqual([
      '',
      '',
      '',
      'ShareUpdateExclusive',
      'AccessExclusive',
      '',
      '',
    ]);
    expect(first.flatMap(seen)).toEqual([]);
    expect(first[6]!.durationMs).toBeGreaterThanOrEqual(200);
    expect(first[6]!.durationMs).toBeLessThan(1500);
    expect(second[0]!.locks).toEqual([
      { relation: customer, mode: 'AccessExclusive' },
      { relation: 'app.rich', mode: 'AccessExclusive' },
    ]);
  });

  it('shows the schema before and after, and leaves nothing, no ledger either', async () => {
    await sql(start);
    const { before, after } = await rehearse(step('1', 'create table app.fresh (id int)'));
    expect(tables(before)).not.toContain('fresh');
    expect(tables(after)).toEqual([...tables(before), 'fresh'].toSorted());
    expect(await one.migrations.read()).toBeNull();
    expect(await sql("select count(*) from pg_class where relname = 'fresh'")).toBe('0');
    expect(one.session.client.getTransactionStatus()).toBe('I');
  });

  it('gives a failure back as it would be thrown, with what went before', async () => {
    await sql(start);
    const was = await everything();
    const bad = 'alter table app.orders add n int;\nupdate app.orders set note = nix;\nselect 1';
    const steps = [
      step('1', 'create table app.fresh (id int)'),
      step('2', bad),
      step('3', 'drop table app.orders'),
    ];
    const { steps: seen, failure, after } = await rehearse(...steps);
    expect(seen.map((list) => list.length)).toEqual([1, 1]);
    expect(failure).toBeInstanceOf(StatementFailure);
    const { statement, offset, reason } = failure as StatementFailure;
    expect({ statement, offset, reason }).toMatchObject({
      statement: 1,
      offset: bad.indexOf('nix'),
      reason: { code: 'object-missing' },
    });
    expect(await everything()).toBe(was);
    await one.alone(() => one.migrations.apply(steps[0]!));
    const thrown = (await one.alone(() =>
      rejection(one.migrations.apply(steps[1]!)),
    )) as StatementFailure;
    expect({ ...thrown, reason: null }).toEqual({ ...(failure as StatementFailure), reason: null });
    expect(thrown.reason).toMatchObject({ message: (reason as Error).message });
    expect(tables(after)).toContain('fresh');
    expect(columns(after)).not.toContain('orders.n');
  });

  it.for(['select $1', 'create index concurrently on app.orders (note)', 'select 1; selec 2'])(
    'fails as apply does at: %s',
    async (text) => {
      await sql(start);
      const { failure } = await rehearse(step('1', text));
      const thrown = await one.alone(() => rejection(one.migrations.apply(step('1', text))));
      expect(told(failure)).toEqual(told(thrown));
    },
  );

  it('makes the change of the ledger too, and undoes it', async () => {
    await sql(start);
    await one.alone(() => one.migrations.apply(step('1', 'select 1')));
    await sql('alter table jem_db_migrations add check (name <> $$2$$)');
    const { failure, steps } = await rehearse(
      step('1', 'drop table app.orders'),
      step('2', 'select 1'),
    );
    expect(steps).toEqual([[], [expect.objectContaining({ locks: [] })]]);
    expect(failure).toMatchObject({ code: 'constraint-violated' });
    expect(await sql('select string_agg(name, $$,$$) from jem_db_migrations')).toBe('1');
  });

  it('fails where the commit would, and a step finds constraints as if that were done', async () => {
    await sql(`${start} alter table app.orders add constraint later foreign key (customer)
      references app.customer deferrable initially deferred`);
    const wrongOrder = `insert into app.orders values (2, 2, 'y', 1); insert into app.customer values (2, 'b')`;
    const again = `insert into app.orders values (3, 3, 'y', 1); insert into app.customer values (3, 'b')`;
    const alter = 'alter table app.orders add n int';
    const good = await rehearse(step('1', wrongOrder), step('2', again), step('3', alter));
    expect(good.failure).toBeNull();
    const { failure } = await rehearse(
      step('1', `insert into app.orders values (2, 2, 'y', 1); select 1`),
    );
    expect(failure).toBeInstanceOf(StatementFailure);
    expect(failure).toMatchObject({ statement: 2, reason: { code: 'constraint-violated' } });
  });

  it('sees all the same when a migration takes another role, path and settings', async () => {
    const role = `r${Date.now()}${major}`;
    await sql(`${start} create role ${role}; grant usage on schema app to ${role};
      alter table app.orders owner to ${role};
      create schema ${role}; create function ${role}.eq(oid, oid) returns bool language sql as 'select false';
      create operator ${role}.= (function = ${role}.eq, leftarg = oid, rightarg = oid);
      grant usage on schema ${role} to public`);
    for (const taking of [`set role ${role}`, `set session authorization ${role}`]) {
      const { steps, failure, after } = await rehearse(
        step(
          '1',
          `${taking}; set search_path = ${role}, app, pg_catalog; set standard_conforming_strings = off; alter table orders add n int`,
        ),
        step('2', 'drop table app.customer cascade'),
      );
      expect(failure).toBeNull();
      expect(steps[0]?.at(-1)?.locks).toEqual([{ relation: orders, mode: 'AccessExclusive' }]);
      expect(tables(after)).not.toContain('customer');
    }
    expect(
      await one.session.query('select current_user::text as u, session_user::text as s'),
    ).toEqual([{ u: 'postgres', s: 'postgres' }]);
    await sql(
      `drop schema ${role} cascade; reassign owned by ${role} to postgres; drop owned by ${role}; drop role ${role}`,
    );
  });

  it('is stopped by a signal, with nothing left', async () => {
    await sql(start);
    const was = await everything();
    const failed = rejection(
      rehearse(step('1', 'drop table app.orders; select pg_sleep(60)'), step('2', 'select 1')),
    );
    await until(
      'it to sleep',
      async () =>
        (await sql(
          "select count(*) from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()",
        )) === '1',
    );
    const reason = new Interrupted('SIGINT');
    one.stop.abort(reason);
    expect(await failed).toBe(reason);
    expect(await everything()).toBe(was);
    expect(one.session.client.getTransactionStatus()).toBe('I');
  });

  it('names who holds a lock, and undoes all when the connection breaks', async () => {
    await sql(start);
    await using app = await opened(`${url}?application_name=web`);
    await app.query('begin');
    await app.query('lock table app.orders in access share mode');
    const { failure } = await rehearse(step('1', 'drop table app.orders', 2000));
    expect(failure).toMatchObject({
      statement: 0,
      reason: {
        code: 'lock-timeout',
        details: { why: expect.stringContaining('application "web"') },
      },
    });
    await app.query('rollback');
    const text = 'drop table app.orders; select pg_terminate_backend(pg_backend_pid())';
    expect(await rejection(rehearse(step('1', text)))).toMatchObject({ code: 'connection-lost' });
    expect(await sql('select count(*) from app.orders')).toBe('1');
  });

  it.for([
    'commit',
    'create table app.kept (n int); commit; begin',
    'prepare transaction $$x$$',
    "set standard_conforming_strings = off; select '\\'; commit; select '\\'",
  ])('commits nothing for: %s', async (text) => {
    await sql(start);
    const was = await everything();
    const { failure } = await rehearse(step('1', `drop table app.customer cascade; ${text}`));
    expect(failure).toBeInstanceOf(StatementFailure);
    expect(await everything()).toBe(was);
  });

  it('watches a function as a whole, and holds it back from a commit', async () => {
    await sql(start);
    const was = await everything();
    const good: Step = {
      ...step('1', ''),
      script: async (database) => {
        await database.execute('alter table app.orders add n int; create index on app.orders (n)');
        expect(await database.query('select count(*)::int as n from app.customer')).toEqual([
          { n: 1 },
        ]);
      },
    };
    const { steps, failure } = await rehearse(good);
    expect(failure).toBeNull();
    expect(steps[0]).toMatchObject([
      {
        statement: 0,
        locks: [
          { relation: customer, mode: 'AccessShare' },
          { relation: orders, mode: 'AccessExclusive' },
        ],
        rewritten: [],
        scanned: [customer, orders],
      },
    ]);
    const bad = await rehearse({
      ...good,
      script: async (database) => {
        await database.execute('drop table app.orders; commit; begin');
      },
    });
    expect(bad.failure).toMatchObject({ code: 'migration-transaction-control' });
    expect(bad.steps).toEqual([[]]);
    const own = new Error('of its own');
    const thrown = await rehearse({ ...good, script: () => Promise.reject(own) });
    expect(thrown.failure).toBe(own);
    expect(await everything()).toBe(was);
  });

  it('takes SET TRANSACTION and temporary tables as apply does', async () => {
    await sql(start);
    const text = `set transaction isolation level serializable;
      create temp table a (n int) on commit drop; declare c cursor for select 1; set lock_timeout = 0`;
    const { failure } = await rehearse(step('1', text), step('2', text));
    expect(failure).toBeNull();
  });

  it('sends one statement at a time, and goes on behind one that asks for data', async () => {
    await sql(start);
    const { client } = one.session;
    const copy = await sendStatement(client, 'copy app.orders from stdin');
    expect(copy).toMatchObject({ completed: 0, lost: false, error: { code: '57014' } });
    const out = await sendStatement(client, 'copy app.orders to stdout');
    expect(out).toMatchObject({ completed: 1, error: null });
    const two = await sendStatement(client, 'select 1; commit');
    expect(two).toMatchObject({ completed: 0, error: { code: '42601' } });
    expect(await one.session.query('select 1 as n')).toEqual([{ n: 1 }]);
  });

  it('goes on under the lock that its runner holds, and keeps others away', async () => {
    await sql(start);
    await using other = await runner(url, { wait: { timeout: 0 } });
    await one.alone(async () => {
      const { failure } = await rehearse({
        ...step('1', ''),
        script: async () => {
          expect(await rejection(other.alone(async () => {}))).toMatchObject({
            code: 'runner-busy',
          });
        },
      });
      expect(failure).toBeNull();
    });
  });

  it('works through a pooler that lends connections by transaction', async () => {
    await sql(start);
    await using pooler = await startPgBouncer(server, { poolMode: 'transaction', conf: [] });
    await using pooled = await runner(pooler.url(new URL(url).pathname.slice(1)));
    const { steps, failure } = await pooled.migrations.rehearse([
      step('1', 'alter table app.orders add n int; select pg_sleep(0)'),
    ]);
    expect(failure).toBeNull();
    expect(steps[0]?.[0]?.locks).toEqual([{ relation: orders, mode: 'AccessExclusive' }]);
    expect(
      await sql(
        "select count(*) from pg_attribute where attname = 'n' and attrelid = 'app.orders'::regclass",
      ),
    ).toBe('0');
  });
});

function told(failure: unknown): unknown {
  const { statement, reason } = failure as StatementFailure;
  const { code, message } = reason as JemError;
  return { statement, code, message };
}

/** Of a statement that is meant to do nothing to what was there. */
function seen({ rewritten, scanned }: Observation): readonly string[] {
  return [...rewritten, ...scanned];
}
