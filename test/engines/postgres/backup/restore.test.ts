import { randomBytes } from 'node:crypto';
import { truncate, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { RestoreOptions } from '../../../../src/engines/backing-up.ts';
import { postgresRestoring } from '../../../../src/engines/postgres/backup/restoring.ts';
import { postgresVersions, sharedPostgres, startPostgres } from '../../../support/postgres.ts';
import type { PostgresServer } from '../../../support/postgres-server.ts';
import { rejection } from '../../../support/rejection.ts';
import { until } from '../../../support/until.ts';
import { opened } from '../connecting.ts';
import { placeAt } from '../scratching.ts';
import { copyOf, dataFiles, type Dump, dumpOf, restoring } from './dumps.ts';

const unique = (prefix: string) => `${prefix}_${randomBytes(4).toString('hex')}`;
const nameIn = (url: string) => new URL(url).pathname.slice(1);

async function restore(dump: Dump, url: string, options: Partial<RestoreOptions> = {}) {
  return postgresRestoring.restore(dump, await placeAt(url), restoring(options));
}

async function look(url: string, options: Partial<RestoreOptions> = {}) {
  return postgresRestoring.look(await placeAt(url), restoring(options));
}

/** Names of the databases that a restore into this one made beside it. */
async function beside(server: PostgresServer, name: string): Promise<string> {
  return server.psql(
    `select datname from pg_database where datname ~ '^${name}_(restore|replaced)_'`,
  );
}

const orders = `create table orders (id int primary key, at date not null);
  insert into orders select i, date '2020-01-01' + i from generate_series(1, 1000) i;
  create index on orders (at)`;

describe.each(postgresVersions())('restoring into PostgreSQL $major', ({ major, bin }) => {
  const at = { binaries: bin };

  async function database(sql: string) {
    const server = await sharedPostgres(major);
    const url = await server.createDatabase();
    const name = nameIn(url);
    await server.psql(sql, name);
    return { server, url, name };
  }

  async function countIn(server: PostgresServer, name: string) {
    return server.psql('select count(*) from orders', name);
  }

  test('makes a database that is missing as the backed up one was', async () => {
    const role = unique('role');
    const { server, url, name } = await database(`create role ${role}; ${orders}`);
    await server.psql(`alter database ${name} owner to ${role};
      alter database ${name} set search_path = "odd one", public;
      alter role ${role} in database ${name} set statement_timeout = '5s';
      comment on database ${name} is 'what it''s for'; alter database ${name} connection limit 7;
      revoke connect on database ${name} from public`);
    const dump = await dumpOf(url, bin);
    const traits = (of: string) =>
      server.psql(`select pg_get_userbyid(datdba), datconnlimit, shobj_description(oid, 'pg_database'),
        (select array_agg(a::text order by a::text) from unnest(datacl) a), pg_encoding_to_char(encoding), datcollate,
        (select json_agg(setconfig order by setrole) from pg_db_role_setting where setdatabase = d.oid)
        from pg_database d where datname = '${of}'`);
    const other = unique('other');
    expect(await look(server.url(other))).toEqual({ exists: false, holds: null });
    const done = await restore(dump, server.url(other), at);
    expect(done).toMatchObject({ way: expect.stringContaining('another name'), warnings: [] });
    expect(await countIn(server, other)).toBe('1000');
    expect(await traits(other)).toBe(await traits(name));
    expect(await beside(server, other)).toBe('');
  });

  test('takes the place of an empty database, which keeps its own traits', async () => {
    const { url } = await database(orders);
    const dump = await dumpOf(url, bin);
    const into = await database('');
    const owner = unique('owner');
    await into.server.psql(`create role ${owner}; alter database ${into.name} owner to ${owner};
      alter database ${into.name} set work_mem = '9MB'; comment on database ${into.name} is 'mine'`);
    expect(await look(into.url)).toEqual({ exists: true, holds: null });
    const done = await restore(dump, into.url, at);
    expect(done.way).toContain('untouched');
    expect(await countIn(into.server, into.name)).toBe('1000');
    expect(
      await into.server.psql(
        `select current_setting('work_mem'), pg_get_userbyid(datdba), shobj_description(oid, 'pg_database')
        from pg_database where datname = current_database()`,
        into.name,
      ),
    ).toBe(`9MB|${owner}|mine`);
    expect(
      await into.server.psql(`select reltuples from pg_class where relname = 'orders'`, into.name),
    ).toBe('1000');
    expect(await beside(into.server, into.name)).toBe('');
  });

  test('refuses a database that is not empty, and replaces it where that was agreed', async () => {
    const { url } = await database(orders);
    const dump = await dumpOf(url, bin);
    const into = await database('create table precious (); create view v as select 1 as one');
    await using busy = await opened(into.url, { options: { applicationName: 'web' } });
    const looked = await look(into.url);
    expect(looked).toEqual({
      exists: true,
      holds: expect.stringMatching(
        /^1 table, 1 view \(\d+ kB\); connected: 1 session of user postgres, application web/,
      ),
    });
    await expect(restore(dump, into.url, at)).rejects.toMatchObject({
      code: 'restore-refused',
      details: { why: expect.stringContaining('1 table, 1 view') },
    });
    expect(await into.server.psql('select count(*) from precious', into.name)).toBe('0');
    await restore(dump, into.url, { ...at, clean: true });
    expect(await countIn(into.server, into.name)).toBe('1000');
    expect(await beside(into.server, into.name)).toBe('');
    expect(await rejection(busy.query('select 1'))).toMatchObject({ class: 'connection_lost' });
  });

  test('ends nobody’s session unasked', async () => {
    const { url } = await database(orders);
    const dump = await dumpOf(url, bin);
    const into = await database('');
    await using busy = await opened(into.url, { options: { applicationName: 'web' } });
    await expect(restore(dump, into.url, at)).rejects.toMatchObject({
      code: 'restore-refused',
      details: { why: expect.stringContaining('application web') },
    });
    expect(await busy.query('select 1 as one')).toEqual([{ one: 1 }]);
    expect(await beside(into.server, into.name)).toBe('');
  });

  test('a dump that is damaged leaves the target as it was, and nothing beside it', async () => {
    const { url } = await database(orders);
    const dump = await copyOf(await dumpOf(url, bin));
    for (const file of await dataFiles(dump)) await truncate(file, 40);
    const into = await database('create table precious ()');
    const error = await rejection(restore(dump, into.url, { ...at, clean: true }));
    expect(error).toMatchObject({
      code: 'backup-corrupt',
      details: { why: expect.stringContaining(`${into.name} is as it was.`) },
    });
    expect(await into.server.psql('select count(*) from precious', into.name)).toBe('0');
    expect(await beside(into.server, into.name)).toBe('');
  });

  test('rows that are lost on the way are counted before the target is touched', async () => {
    const { url } = await database(orders);
    const dump = await dumpOf(url, bin);
    const [table] = dump.content.tables;
    const more = { ...dump.content, tables: [{ ...table!, rows: 1001 }] };
    const into = await database('');
    await expect(restore({ ...dump, content: more }, into.url, at)).rejects.toMatchObject({
      code: 'backup-corrupt',
      message: 'Table public.orders came back with 1000 of 1001 rows',
    });
    expect(await look(into.url)).toEqual({ exists: true, holds: null });
    expect(await beside(into.server, into.name)).toBe('');
  });

  /** A database whose restore stands still at its index, and only its restore. */
  const slow = `${orders}; create function slow(int) returns int immutable language plpgsql as $$
    begin if current_database() ~ '_restore_' then perform pg_sleep(600); end if; return $1; end $$;
    create index on orders (slow(id)) where id = 1`;

  const standsStill = (server: PostgresServer) =>
    until('the restore to stand still', async () => {
      const pid = await server.psql(
        `select pid from pg_stat_activity where wait_event = 'PgSleep' and datname ~ '_restore_'`,
      );
      return pid === '' ? null : Number(pid.split('\n')[0]);
    });

  test('stopped in the middle it leaves the target as it was, and nothing beside it', async () => {
    await using server = await startPostgres({ bin });
    await server.psql(slow);
    const dump = await dumpOf(server.url('postgres'), bin);
    await server.psql('create database app');
    await server.psql('create table precious ()', 'app');
    const stop = new AbortController();
    const running = rejection(
      restore(dump, server.url('app'), { ...at, clean: true, signal: stop.signal }),
    );
    const pid = await standsStill(server);
    stop.abort(new Error('stopped'));
    expect(await running).toMatchObject({ message: 'stopped' });
    expect(await server.psql('select count(*) from precious', 'app')).toBe('0');
    expect(await beside(server, 'app')).toBe('');
    expect(await server.psql(`select count(*) from pg_stat_activity where pid = ${pid}`)).toBe('0');
  });

  test('a server that goes away in the middle is named, and so is what is left', async () => {
    await using server = await startPostgres({ bin });
    await server.psql(slow);
    const dump = await dumpOf(server.url('postgres'), bin);
    const running = rejection(restore(dump, server.url('app'), at));
    await standsStill(server);
    await server.stop('immediate');
    expect(await running).toMatchObject({
      code: 'connection-lost',
      retryable: true,
      details: { why: expect.stringMatching(/app_restore_\d{14}_[0-9a-f]{6} is left behind/) },
    });
    await server.start();
    expect(await beside(server, 'app')).toMatch(/^app_restore_/);
    await server.psql('create table fine ()');
    await server.psql('drop index orders_slow_idx');
    await restore(await dumpOf(server.url('postgres'), bin), server.url('app'), at);
    expect(await beside(server, 'app')).toBe('');
    expect(await countIn(server, 'app')).toBe('1000');
  });

  test('names roles that are missing before anything is done, and restores without them', async () => {
    const role = unique('gone "role');
    const quoted = `"${role.replaceAll('"', '""')}"`;
    const { server, url, name } = await database(
      `create role ${quoted}; ${orders}; alter table orders owner to ${quoted}`,
    );
    const dump = await dumpOf(url, bin);
    await server.psql(`drop database ${name}`);
    await server.psql(`drop role ${quoted}`);
    await expect(restore(dump, url, at)).rejects.toMatchObject({
      code: 'restore-refused',
      message: expect.stringContaining(role),
      details: { hint: expect.stringContaining(`CREATE ROLE ${quoted};`) },
    });
    expect(await beside(server, name)).toBe('');
    await restore(dump, url, { ...at, noOwner: true });
    expect(
      await server.psql(`select tableowner from pg_tables where tablename = 'orders'`, name),
    ).toBe('postgres');
  });

  describe('as a user who may create no database', () => {
    async function plainUser() {
      const server = await sharedPostgres(major);
      const user = unique('plain');
      await server.psql(`create role ${user} login password 'p'`);
      const name = unique('plain_db');
      await server.psql(`create database ${name} owner ${user}`);
      const url = new URL(server.url(name));
      url.username = user;
      url.password = 'p';
      return { server, user, name, url: url.href };
    }

    test('it goes into an empty database in one transaction', async () => {
      const { url: from } = await database(orders);
      const dump = await dumpOf(from, bin);
      const { server, name, url } = await plainUser();
      await expect(restore(dump, url, at)).rejects.toMatchObject({
        code: 'restore-refused',
        details: { hint: expect.stringContaining('GRANT "postgres" TO') },
      });
      const done = await restore(dump, url, { ...at, noOwner: true });
      expect(done.way).toContain('one transaction');
      expect(await countIn(server, name)).toBe('1000');
    });

    test('a failure leaves that empty', async () => {
      const { url: from } = await database(`${orders}; create table zzz (id int);
        insert into zzz select generate_series(1, 1000)`);
      const dump = await copyOf(await dumpOf(from, bin));
      const last = (await dataFiles(dump)).toSorted().at(-1);
      await writeFile(String(last), 'garbage '.repeat(20));
      const { url } = await plainUser();
      await expect(restore(dump, url, { ...at, noOwner: true })).rejects.toMatchObject({
        code: 'backup-corrupt',
      });
      expect(await look(url)).toEqual({ exists: true, holds: null });
    });

    test('it replaces nothing', async () => {
      const { url: from } = await database(orders);
      const dump = await dumpOf(from, bin);
      const { server, name, url } = await plainUser();
      await server.psql('create table precious ()', name);
      await expect(restore(dump, url, { ...at, noOwner: true, clean: true })).rejects.toMatchObject(
        {
          code: 'restore-refused',
          details: { hint: expect.stringContaining('CREATEDB') },
        },
      );
      expect(await server.psql('select count(*) from precious', name)).toBe('0');
    });

    test('once given CREATEDB, its owner replaces it', async () => {
      const { url: from } = await database(orders);
      const dump = await dumpOf(from, bin);
      const { server, user, name, url } = await plainUser();
      await server.psql('create table precious ()', name);
      await server.psql(`alter role ${user} createdb`);
      await restore(dump, url, { ...at, noOwner: true, clean: true });
      expect(await countIn(server, name)).toBe('1000');
      expect(await beside(server, name)).toBe('');
    });
  });
});

test('refuses a server that is older than the backup', async () => {
  const [old, current] = await Promise.all([sharedPostgres(15), sharedPostgres(18)]);
  const dump = await dumpOf(await current.createDatabase(), current.bin);
  await expect(
    restore(dump, old.url(unique('older')), { binaries: current.bin }),
  ).rejects.toMatchObject({
    code: 'restore-refused',
    details: { hint: 'Restore into PostgreSQL 18 or newer.' },
  });
});

test('names what to install where no pg_restore can read the dump', async () => {
  const [old, current] = await Promise.all([sharedPostgres(15), sharedPostgres(18)]);
  const url = await old.createDatabase();
  const dump = await dumpOf(url, current.bin);
  await expect(restore(dump, old.url(unique('t')), { binaries: old.bin })).rejects.toMatchObject({
    code: 'tool-missing',
    details: { hint: expect.stringContaining('Install postgresql-client-18') },
  });
});

test('a newer pg_restore restores into an older server, though it says what that cannot', async () => {
  const [old, current] = await Promise.all([sharedPostgres(15), sharedPostgres(18)]);
  const url = await old.createDatabase();
  await old.psql(orders, nameIn(url));
  const name = unique('newer_tool');
  await restore(await dumpOf(url, current.bin), old.url(name), { binaries: current.bin });
  expect(await old.psql('select count(*) from orders', name)).toBe('1000');
});
