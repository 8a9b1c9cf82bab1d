import { randomBytes } from 'node:crypto';
import { truncate, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { Progress } from '../../../../src/engines/backing-up.ts';
import type { RestoredScratch, Session } from '../../../../src/engines/engine.ts';
import { restoreIntoScratch } from '../../../../src/engines/postgres/backup/into-scratch.ts';
import { postgresVersions, sharedPostgres } from '../../../support/postgres.ts';
import { opened } from '../connecting.ts';
import { environmentWith, placeAt } from '../scratching.ts';
import { copyOf, dataFiles, dumpOf, type Dump } from './dumps.ts';

const schemaOf = ({ schema }: Pick<Session, 'schema'>) =>
  schema({ ledgerTable: 'jem_db_migrations', signal: new AbortController().signal });

type Options = Parameters<typeof restoreIntoScratch>[1];

function restored(dump: Dump, options: Partial<Options> = {}): Promise<RestoredScratch> {
  return restoreIntoScratch(dump, {
    ...{ like: null, place: null, binaries: null, ledgerTable: 'jem_db_migrations', jobs: 2 },
    environment: environmentWith(),
    signal: new AbortController().signal,
    onProgress: () => {},
    ...options,
  });
}

const shop = (role: string) => `
  create role ${role}; create schema "odd one"; create extension citext;
  create type mood as enum ('good', 'bad');
  create table "odd one"."my table" (id int generated always as identity primary key, mood mood, name citext);
  insert into "odd one"."my table" (mood, name) select 'good', 'n' || i from generate_series(1, 1000) i;
  create table orders (id int primary key, parent int references "odd one"."my table", at date not null);
  insert into orders select i, i, date '2020-01-01' + i from generate_series(1, 1000) i;
  create index on orders (at);
  create view v as select * from orders;
  alter table orders owner to ${role}; grant select on "odd one"."my table" to ${role};
  grant usage on schema "odd one" to ${role};
  create materialized view mv as select count(*) as n from orders; alter materialized view mv owner to ${role};
  alter table orders enable row level security;
  select lo_from_bytea(0, 'large')`;

describe.each(postgresVersions())(
  'restored into a throwaway PostgreSQL $major',
  ({ major, bin }) => {
    async function shopDatabase() {
      const server = await sharedPostgres(major);
      const url = await server.createDatabase();
      const role = `role_${randomBytes(4).toString('hex')}`;
      await using session = await opened(url);
      await session.query(shop(role));
      return { server, url, role };
    }

    test('holds what the database held, schema and owners alike, and is sound', async () => {
      const { url, role } = await shopDatabase();
      await using session = await opened(url);
      const name = new URL(url).pathname.slice(1);
      await session.query(`alter database ${name} set search_path = "odd one", public;
      alter database ${name} set role = ${role}; alter database ${name} set default_transaction_read_only = on`);
      const dump = await dumpOf(url, bin);
      const progress: Progress[] = [];
      await using scratch = await restored(dump, {
        binaries: bin,
        onProgress: (one) => progress.push(one),
      });
      expect(scratch.limits).toEqual([]);
      expect(scratch.description).toBe(`a throwaway PostgreSQL ${session.serverVersion} (${bin})`);
      expect(scratch.restoreMs).toBeGreaterThan(0);
      await using inside = await scratch.connect();
      const [row] = await inside.query(
        `select current_database() as name, current_setting('search_path') as path,
        (select count(*)::int from orders) as orders, (select n::int from public.mv) as counted,
        (select tableowner from pg_tables where tablename = 'orders') as owner`,
      );
      expect(row).toEqual({
        ...{ name, path: '"odd one", public', orders: 1000, counted: 1000, owner: role },
      });
      expect(await schemaOf(inside)).toEqual(await schemaOf(session));
      expect(await scratch.check()).toEqual([
        { id: 'pg_amcheck', ok: true, detail: expect.stringContaining('found no damage in') },
      ]);
      expect(await schemaOf(inside)).toEqual(await schemaOf(session));
      const last = progress.at(-1);
      expect(last?.total).toBeGreaterThan(0);
      expect(last?.done).toBe(last?.total);
      // Two processes of pg_restore may write into one line, which tells of neither then.
      expect(progress.map(({ what }) => what).join()).toMatch(/TABLE DATA|INDEX|CONSTRAINT/);
    });

    test('the ledger is found where only a role’s own search path led to it', async () => {
      const server = await sharedPostgres(major);
      const url = await server.createDatabase();
      await using session = await opened(url);
      await session.query('create schema app; create table app.jem_db_migrations (name text)');
      await using scratch = await restored(await dumpOf(url, bin), { binaries: bin });
      await using inside = await scratch.connect();
      expect(await inside.query('select count(*)::int as n from jem_db_migrations')).toEqual([
        { n: 0 },
      ]);
    });

    test('a page that is damaged is found', async () => {
      const { url } = await shopDatabase();
      await using scratch = await restored(await dumpOf(url, bin), { binaries: bin });
      await using inside = await scratch.connect();
      // An index whose order is suddenly another one.
      const order = (sign: string) =>
        `create or replace function order_of(int, int) returns int language sql immutable
        as 'select ${sign}btint4cmp($1, $2)'`;
      await inside.query(`${order('')}; create operator class odd_order for type int using btree as
      operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 order_of(int, int);
      create index damaged on orders (id odd_order); ${order('-')}`);
      const [found] = await scratch.check();
      expect(found).toMatchObject({ id: 'pg_amcheck', ok: false });
      expect(found?.detail).toContain('damaged');
    });

    test.each([
      { what: 'cut short', damage: (file: string) => truncate(file, 40) },
      { what: 'emptied', damage: (file: string) => truncate(file, 0) },
      { what: 'overwritten', damage: (file: string) => writeFile(file, 'garbage '.repeat(20)) },
    ])('a dump with a file that is $what is refused as damaged', async ({ damage }) => {
      const { url } = await shopDatabase();
      const dump = await copyOf(await dumpOf(url, bin));
      for (const file of await dataFiles(dump)) await damage(file);
      await expect(restored(dump, { binaries: bin })).rejects.toMatchObject({
        code: 'backup-corrupt',
        details: { hint: expect.stringContaining('jem-db backup check') },
      });
    });

    test('in a server of the user’s it is gone afterwards, and so are the roles', async () => {
      const { server, url, role } = await shopDatabase();
      const dump = await dumpOf(url, bin);
      await server.psql(`drop database ${new URL(url).pathname.slice(1)} with (force)`);
      await server.psql(`drop role ${role}`);
      {
        await using scratch = await restored(dump, {
          binaries: bin,
          place: await placeAt(server.url('postgres')),
        });
        await using inside = await scratch.connect();
        expect(await inside.query('select count(*)::int as n from orders')).toEqual([{ n: 1000 }]);
        expect(scratch.limits).toEqual([]);
      }
      expect(await server.psql(`select 1 from pg_roles where rolname = '${role}'`)).toBe('');
      expect(
        await server.psql(`select 1 from pg_database where datname like 'jem_db_scratch%'`),
      ).toBe('');
    });
  },
);
