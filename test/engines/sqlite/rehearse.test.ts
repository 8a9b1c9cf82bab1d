import { rejection } from '../../support/rejection.ts';
import { existsSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StatementFailure } from '../../../src/engines/migrating.ts';
import { Interrupted } from '../../../src/errors.ts';
import { migrationsOf, open, up } from './session-tools.ts';
import { workbench, type Workbench } from './workbench.ts';

import { columns, tables } from '../rehearsed.ts';

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
