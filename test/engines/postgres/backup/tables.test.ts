import { describe, expect, test } from 'vitest';
import type { RestoreOptions } from '../../../../src/engines/backing-up.ts';
import { postgresRestoring } from '../../../../src/engines/postgres/backup/restoring.ts';
import { postgresVersions, sharedPostgres } from '../../../support/postgres.ts';
import { placeAt } from '../scratching.ts';
import { type Dump, dumpOf, restoring } from './dumps.ts';

const shop = `
  create schema "odd one"; create type mood as enum ('good', 'bad');
  create table "odd one"."my table" (id int generated always as identity primary key, mood mood,
    old serial, name text unique check (name <> ''));
  insert into "odd one"."my table" (mood, name) select 'good', 'n' || i from generate_series(1, 100) i;
  comment on table "odd one"."my table" is 'odd';
  create table orders (id int primary key, parent int references "odd one"."my table", at date not null);
  insert into orders select i, i, date '2020-01-01' + i from generate_series(1, 100) i;
  create index orders_at on orders (at);
  create table lines (id int, orders int references orders);
  create table part (id int, at date, primary key (id, at)) partition by range (at);
  create table part1 partition of part for values from ('2020-01-01') to ('2021-01-01');
  create index on part (at); insert into part values (1, '2020-05-05');
  create table table2 (); create table "odd one".orders ();
  create view v as select * from orders`;

describe.each(postgresVersions())('single tables into PostgreSQL $major', ({ major, bin }) => {
  async function database(sql: string) {
    const server = await sharedPostgres(major);
    const url = await server.createDatabase();
    const name = new URL(url).pathname.slice(1);
    await server.psql(sql, name);
    return { url, psql: (text: string) => server.psql(text, name) };
  }

  async function restore(dump: Dump, url: string, options: Partial<RestoreOptions>) {
    return postgresRestoring.restore(
      dump,
      await placeAt(url),
      restoring({ binaries: bin, ...options }),
    );
  }

  const parts = `select relname from pg_class where relnamespace in (select oid from pg_namespace
    where nspname in ('public', 'odd one')) order by 1`;

  test('come with data, keys, indexes, sequences and types, and nothing else comes', async () => {
    const dump = await dumpOf((await database(shop)).url, bin);
    const into = await database('create table here ()');
    const done = await restore(dump, into.url, { tables: ['odd one.my table', 'public.orders'] });
    expect(done).toMatchObject({ way: expect.stringContaining('one transaction'), warnings: [] });
    expect((await into.psql(parts)).split('\n')).toEqual([
      ...['here', 'my table', 'my table_id_seq', 'my table_name_key', 'my table_old_seq'],
      ...['my table_pkey', 'orders', 'orders_at', 'orders_pkey'],
    ]);
    expect(
      await into.psql(`insert into "odd one"."my table" (name) values ('new') returning id, old`),
    ).toBe('101|101');
    expect(
      await into.psql(
        `select count(*), obj_description('"odd one"."my table"'::regclass) from orders`,
      ),
    ).toBe('100|odd');
    await expect(into.psql('insert into orders values (1000, 1000, now())')).rejects.toThrow(
      'orders_parent_fkey',
    );
  });

  test('a partitioned table comes with its partitions', async () => {
    const dump = await dumpOf((await database(shop)).url, bin);
    const into = await database('');
    await restore(dump, into.url, { tables: ['part'] });
    expect(await into.psql('select * from part')).toBe('1|2020-05-05');
    expect(await into.psql(`select count(*) from pg_inherits`)).toBe('3');
  });

  test('a foreign key to what is neither there nor restored is left out and told', async () => {
    const dump = await dumpOf((await database(shop)).url, bin);
    const into = await database('');
    const done = await restore(dump, into.url, { tables: ['public.orders'] });
    expect(done.warnings).toEqual([expect.stringContaining('orders_parent_fkey')]);
    expect(await into.psql('select count(*) from orders')).toBe('100');
    const again = await restore(dump, into.url, { tables: ['lines'] });
    expect(again.warnings).toEqual([]);
    expect(await into.psql(`select conname from pg_constraint where contype = 'f'`)).toBe(
      'lines_orders_fkey',
    );
  });

  test('what is there already is refused, and replaced where that was agreed', async () => {
    const dump = await dumpOf((await database(shop)).url, bin);
    const into = await database('create table orders (precious int); create table here ()');
    const tables = ['public.orders'];
    const target = await placeAt(into.url);
    expect(await postgresRestoring.look(target, restoring({ tables }))).toEqual({
      exists: true,
      holds: 'table public.orders (0 bytes)',
    });
    await expect(restore(dump, into.url, { tables })).rejects.toMatchObject({
      code: 'restore-refused',
      details: { why: expect.stringContaining('table public.orders') },
    });
    await restore(dump, into.url, { tables, clean: true });
    expect(await into.psql('select count(*) from orders')).toBe('100');
    expect(await into.psql('select count(*) from here')).toBe('0');
  });

  test('what others depend on is not dropped, and all stays as it was', async () => {
    const dump = await dumpOf((await database(shop)).url, bin);
    const into = await database(
      'create table orders (precious int); create view w as table orders',
    );
    await expect(
      restore(dump, into.url, { tables: ['public.orders'], clean: true }),
    ).rejects.toMatchObject({
      code: 'restore-refused',
      message: expect.stringContaining('Other objects depend on'),
    });
    expect(await into.psql('select count(*) from w')).toBe('0');
  });

  test.each([
    { name: 'nothing_such', message: 'holds no table nothing_such' },
    { name: 'table', message: 'holds no table table' },
    { name: 'orders', message: 'holds 2 tables called orders' },
  ])('$name is named as $message', async ({ name, message }) => {
    const dump = await dumpOf((await database(shop)).url, bin);
    const into = await database('');
    await expect(restore(dump, into.url, { tables: [name] })).rejects.toMatchObject({
      code: 'restore-refused',
      message: expect.stringContaining(message),
    });
  });
});
