import { existsSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StatementFailure, type Step } from '../../src/engines/engine.ts';
import type { Observation, Rehearsal } from '../../src/engines/schema.ts';
import { Interrupted, type JemError } from '../../src/errors.ts';
import { startPgBouncer } from '../support/pgbouncer.ts';
import { postgresVersions, sharedPostgres, type PostgresServer } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { sendStatement } from '../../src/engines/postgres/rehearse-message.ts';
import { opened } from './postgres/connecting.ts';
import { rejection, runner, step, type Runner } from './postgres/migrating.ts';
import { migrationsOf, open, up } from './sqlite/session-tools.ts';
import { workbench, type Workbench } from './sqlite/workbench.ts';

const start = `
create schema app;
create table app.customer (id int primary key, name varchar(10));
create table app.orders (id int primary key, customer int, note text, price int);
create index orders_customer on app.orders (customer);
create table app.region (id int, name text) partition by range (id);
create table app.region_1 partition of app.region for values from (0) to (10);
create view app.rich as select * from app.customer;
create sequence app.numbers;
insert into app.customer values (1, 'a');
insert into app.orders values (1, 1, 'x', 5);`;

/** What a statement does: locks, tables written anew, tables read from end to end. */
interface Case {
  readonly before?: string;
  readonly sql: string;
  readonly locks?: Readonly<Record<string, string>>;
  readonly rewritten?: readonly string[];
  readonly scanned?: readonly string[];
}

const orders = 'app.orders';
const customer = 'app.customer';

const cases: readonly Case[] = [
  {
    sql: 'alter table app.orders add at timestamptz default clock_timestamp()',
    locks: { [orders]: 'AccessExclusive' },
    rewritten: [orders],
  },
  { sql: 'alter table app.orders add n int default 7', locks: { [orders]: 'AccessExclusive' } },
  {
    sql: 'alter table app.customer alter name type varchar(20)',
    before: 'drop view app.rich',
    locks: { [customer]: 'AccessExclusive' },
  },
  {
    sql: 'alter table app.orders alter price type bigint',
    locks: { [orders]: 'AccessExclusive' },
    rewritten: [orders],
  },
  {
    sql: 'create index on app.orders (note)',
    locks: { [orders]: 'Share' },
    scanned: [orders],
  },
  {
    sql: 'alter table app.orders add foreign key (customer) references app.customer',
    locks: { [orders]: 'ShareRowExclusive', [customer]: 'ShareRowExclusive' },
    scanned: [customer, orders],
  },
  {
    sql: 'alter table app.orders validate constraint fk',
    before:
      'alter table app.orders add constraint fk foreign key (customer) references app.customer not valid',
    locks: { [orders]: 'ShareUpdateExclusive', [customer]: 'RowShare' },
    scanned: [customer, orders],
  },
  {
    sql: 'alter table app.orders alter note set not null',
    locks: { [orders]: 'AccessExclusive' },
    scanned: [orders],
  },
  { sql: 'drop table app.orders', locks: { [orders]: 'AccessExclusive' } },
  {
    sql: 'drop index app.orders_customer',
    locks: { [orders]: 'AccessExclusive', 'app.orders_customer': 'AccessExclusive' },
  },
  {
    sql: 'reindex index app.orders_customer',
    locks: { [orders]: 'Share', 'app.orders_customer': 'AccessExclusive' },
    rewritten: ['app.orders_customer'],
    scanned: [orders],
  },
  {
    sql: 'alter index app.orders_customer rename to other',
    locks: { 'app.orders_customer': 'ShareUpdateExclusive' },
  },
  { sql: 'truncate app.orders', locks: { [orders]: 'AccessExclusive' }, rewritten: [orders] },
  { sql: 'drop view app.rich', locks: { 'app.rich': 'AccessExclusive' } },
  { sql: 'lock table app.orders in share mode', locks: { [orders]: 'Share' } },
  { sql: "select nextval('app.numbers')" },
  {
    sql: 'update app.orders set price = 1',
    locks: { [orders]: 'RowExclusive' },
    scanned: [orders],
  },
  { sql: 'create table app.fresh (id int primary key, t text default now())' },
  {
    sql: 'create table app.child (id int references app.customer)',
    locks: { [customer]: 'ShareRowExclusive' },
  },
  {
    sql: 'create table app.region_2 partition of app.region for values from (10) to (20)',
    locks: { 'app.region': 'AccessExclusive' },
  },
  { sql: "comment on table app.orders is 'x'", locks: { [orders]: 'ShareUpdateExclusive' } },
  {
    sql: 'do $$ begin perform 1 from app.customer; end $$',
    locks: { [customer]: 'AccessShare' },
    scanned: [customer],
  },
];

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
    const { failure } = await rehearse(step('1', 'drop table app.orders', 300));
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

describe('a rehearsal on SQLite', () => {
  let bench: Workbench;
  const setup = `create table customer (id integer primary key, name text);
    create table orders (id integer primary key, customer int references customer on delete cascade, note text);
    insert into customer values (1, 'a'); insert into orders values (1, 1, 'x')`;
  beforeEach(async () => {
    bench = await workbench(setup);
  });
  afterEach(() => bench[Symbol.asyncDispose]());
  const rebuild = `create table new_customer (id integer primary key, name text not null);
    insert into new_customer select * from customer;
    drop table customer;
    alter table new_customer rename to customer`;

  it('runs each statement and leaves the file byte for byte as it was', async () => {
    const was = readFileSync(bench.file);
    const large =
      'create table big (t text); insert into big with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000) select hex(randomblob(1000)) from n; update orders set note = hex(randomblob(5000))';
    const { steps, failure, before, after } = await bench.migrations.rehearse([
      up('1', large),
      up('2', 'alter table orders add n int'),
    ]);
    expect(failure).toBeNull();
    expect(steps.map((list) => list.length)).toEqual([3, 1]);
    expect(steps[0]?.[1]).toEqual({
      statement: 1,
      durationMs: expect.any(Number),
      locks: [],
      rewritten: [],
      scanned: [],
    });
    expect(steps[0]![1]!.durationMs).toBeGreaterThan(0);
    expect(columns(before)).not.toContain('orders.n');
    expect(columns(after)).toEqual(expect.arrayContaining(['orders.n', 'big.t']));
    expect(readFileSync(bench.file).equals(was)).toBe(true);
    expect(existsSync(`${bench.file}-journal`)).toBe(false);
  });

  it('leaves a file in WAL mode as it was to all who read it', async () => {
    bench.sql('pragma journal_mode = wal');
    const { failure } = await bench.migrations.rehearse([up('1', 'drop table orders')]);
    expect(failure).toBeNull();
    expect(bench.sql('select count(*) as n from orders')).toEqual([{ n: 1 }]);
  });

  it('sees that a table was built anew, and keeps its children', async () => {
    const { steps, failure } = await bench.migrations.rehearse([up('1', rebuild)]);
    expect(failure).toBeNull();
    expect(steps[0]?.map(({ rewritten }) => rewritten)).toEqual([[], [], [], ['customer']]);
    expect(await bench.session.query('pragma foreign_keys')).toEqual([{ foreign_keys: 1 }]);
    expect(bench.sql('select count(*) as n from orders')).toEqual([{ n: 1 }]);
  });

  it('gives a broken foreign key back as the failure', async () => {
    const broken = `${rebuild}; delete from customer`;
    const { failure, steps } = await bench.migrations.rehearse([up('1', broken)]);
    expect(failure).toBeInstanceOf(StatementFailure);
    expect(failure).toMatchObject({ statement: 5, reason: { code: 'foreign-keys-broken' } });
    expect(steps.map((list) => list.length)).toEqual([5]);
    const thrown = await rejection(bench.migrations.apply(up('1', broken)));
    expect(thrown).toMatchObject({ statement: 5, reason: { code: 'foreign-keys-broken' } });
  });

  it('enforces foreign keys where no step needs them off, put off ones too', async () => {
    const cascade = await bench.migrations.rehearse([
      up(
        '1',
        'delete from customer; create table a (n int check (n = 0)); insert into a select count(*) from orders',
      ),
    ]);
    expect(cascade.failure).toBeNull();
    const orphan = 'insert into orders values (9, 9, null)';
    const { failure } = await bench.migrations.rehearse([up('1', orphan)]);
    expect(failure).toMatchObject({ statement: 0, reason: { code: 'foreign-keys-broken' } });
    const late = await bench.migrations.rehearse([
      up('1', `pragma defer_foreign_keys = on; ${orphan}`),
    ]);
    expect(late.failure).toMatchObject({ statement: 2, reason: { code: 'foreign-keys-broken' } });
  });

  it('does not blame a step for cascades that another step switched off', async () => {
    const { failure } = await bench.migrations.rehearse([
      up('1', 'delete from customer'),
      up('2', 'drop table if exists gone'),
    ]);
    expect(failure).toBeNull();
  });

  it('gives a failure back with the schema behind the last step that went well', async () => {
    const bad = 'create table b (n int); insert into nix values (1)';
    const { failure, steps, after } = await bench.migrations.rehearse([
      up('1', 'create table a (n int)'),
      up('2', bad),
      up('3', 'create table c (n int)'),
    ]);
    expect(failure).toMatchObject({
      statement: 1,
      offset: bad.indexOf('nix'),
      reason: { code: 'object-missing' },
    });
    expect(steps.map((list) => list.length)).toEqual([1, 1]);
    expect(tables(after)).toEqual(['a', 'customer', 'orders']);
    const rollingBack = await bench.migrations.rehearse([
      up('1', 'create table a (n int)'),
      up('2', 'insert or rollback into customer values (1, null)'),
    ]);
    expect(rollingBack.failure).toMatchObject({
      statement: 0,
      reason: { code: 'constraint-violated' },
    });
    expect(tables(rollingBack.after)).toEqual(['a', 'customer', 'orders']);
    expect(bench.sql("select name from sqlite_schema where name in ('a', 'b', 'c')")).toEqual([]);
  });

  it('makes the change of the ledger too, and undoes it', async () => {
    await bench.migrations.apply(up('1', 'select 1'));
    bench.sql(
      "create trigger no before insert on jem_db_migrations when new.name = '2' begin select raise(abort, 'not this'); end",
    );
    const { failure, steps } = await bench.migrations.rehearse([
      up('1', 'drop table orders'),
      up('2', 'select 1'),
    ]);
    expect(steps.map((list) => list.length)).toEqual([0, 1]);
    expect((failure as Error).message).toContain('ot this');
    expect((await bench.migrations.read())?.map(({ name }) => name)).toEqual(['1']);
  });

  it('creates no ledger', async () => {
    bench.sql('drop table jem_db_migrations');
    const { failure } = await bench.migrations.rehearse([up('1', 'create table a (n int)')]);
    expect(failure).toBeNull();
    expect(await bench.migrations.read()).toBeNull();
  });

  it('watches a function as a whole, and holds it back from a commit', async () => {
    const was = readFileSync(bench.file);
    const good = await bench.migrations.rehearse([
      up('1', async (database) => {
        await database.execute('create table a (n int); insert into a values (1)');
      }),
    ]);
    expect(good.failure).toBeNull();
    expect(good.steps).toMatchObject([[{ statement: 0, locks: [], rewritten: [], scanned: [] }]]);
    const bad = await bench.migrations.rehearse([
      up('1', async (database) => {
        await database.execute('create table a (n int); commit');
      }),
    ]);
    expect(bad.failure).toMatchObject({ reason: { code: 'migration-transaction-control' } });
    expect(readFileSync(bench.file).equals(was)).toBe(true);
  });

  it('is stopped by a signal, with nothing left', async () => {
    const was = readFileSync(bench.file);
    const stop = new AbortController();
    await using session = await open(bench.file, 'existing', { signal: stop.signal });
    const reason = new Interrupted('SIGINT');
    const failed = rejection(
      migrationsOf(session, stop.signal).rehearse([
        up('1', async (database) => {
          await database.execute('drop table orders');
          stop.abort(reason);
        }),
        up('2', 'select 1'),
      ]),
    );
    expect(await failed).toBe(reason);
    expect(readFileSync(bench.file).equals(was)).toBe(true);
  });
});

function tables({ objects }: Rehearsal['after']): readonly string[] {
  return objects.filter(({ type }) => type === 'table').map(({ name }) => name);
}

function columns({ objects }: Rehearsal['after']): readonly string[] {
  return objects
    .filter(({ type }) => type === 'column')
    .map(({ table, name }) => `${table}.${name}`);
}
