import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { openedPostgres } from '../../support/databases.ts';
import {
  postgresVersions,
  sharedPostgres,
  startPostgres,
  startStandby,
} from '../../support/postgres.ts';
import { until } from '../../support/until.ts';
import { opened } from './connecting.ts';
import { placeAt, scratchOf } from './scratching.ts';

function unique(prefix: string): string {
  return `${prefix}_${randomBytes(4).toString('hex')}`;
}

const everything = `
create schema app; create table app.t (id int generated always as identity primary key, n text);
create view v as select * from app.t; create materialized view mv as select 1 as one;
create type mood as enum ('sad'); create domain d as int check (value > 0);
create table p (id serial primary key, m mood) partition by range (id);
create table p1 partition of p for values from (1) to (10);
create statistics st on id, m from p;
create function f() returns trigger language plpgsql as $$ begin return new; end $$;
create procedure pr() language sql as 'select 1';
create aggregate ag (int) (sfunc = int4pl, stype = int);
create trigger tr before insert on app.t for each row execute function f();
create operator === (leftarg = int, rightarg = int, function = int4eq);
create collation c (locale = 'C');
create text search configuration ts (copy = simple);
create cast (mood as int) with inout;
create extension citext; create publication pub for all tables;
create foreign data wrapper fdw; create server srv foreign data wrapper fdw;
create function e() returns event_trigger language plpgsql as $$ begin end $$;
create event trigger et on ddl_command_start execute function e();
alter default privileges in schema public grant select on tables to public;
alter default privileges revoke execute on functions from public;
select lo_create(0)`;

const look = `select
  (select count(*) from pg_class where oid >= 16384) as relations,
  (select count(*) from pg_proc where oid >= 16384) as functions,
  (select count(*) from pg_type where oid >= 16384) as types,
  (select count(*) from pg_default_acl) as defaults,
  (select count(*) from pg_largeobject_metadata) as large,
  (select string_agg(extname, ' ') from pg_extension) as extensions,
  (select string_agg(nspname || ':' || coalesce(nspacl::text, ''), ' ' order by nspname)
    from pg_namespace where nspname !~ '^pg_') as schemas,
  (select count(*) from pg_event_trigger) as events,
  (select count(*) from pg_publication) as publications`;

describe.each(postgresVersions())('PostgreSQL $major', ({ major, bin }) => {
  test('an empty database that the user names is empty again after', async () => {
    const server = await sharedPostgres(major);
    await using session = await opened(await server.createDatabase());
    const url = await server.createDatabase();
    await using outside = await openedPostgres(url);
    const before = await outside.sql(look);
    {
      await using scratch = await scratchOf({ like: session, place: await placeAt(url) });
      await using inside = await scratch.connect();
      await inside.query(everything);
      expect(scratch.description).toMatch(/^the empty database postgres:.*, PostgreSQL \d/);
      expect(scratch.limits).toEqual([]);
    }
    expect(await outside.sql(look)).toEqual(before);
  });

  test('a database that holds something is refused and left alone', async () => {
    const server = await sharedPostgres(major);
    await using session = await opened(await server.createDatabase());
    const url = await server.createDatabase();
    await using outside = await openedPostgres(url);
    await outside.sql('create table precious ()');
    await expect(scratchOf({ like: session, place: await placeAt(url) })).rejects.toMatchObject({
      code: 'scratch-refused',
      details: { why: 'It is not empty: table precious.' },
    });
    expect(await outside.tables()).toEqual(['precious']);
  });

  test('the live database itself is refused, though it is empty', async () => {
    const server = await sharedPostgres(major);
    const url = await server.createDatabase();
    await using session = await opened(url);
    await expect(scratchOf({ like: session, place: await placeAt(url) })).rejects.toMatchObject({
      code: 'scratch-refused',
      details: { why: 'It is the very database that the migrations are for.' },
    });
  });

  test('a server that the user names lends a database and the roles of the live one', async () => {
    const server = await sharedPostgres(major);
    await using lender = await startPostgres({ bin });
    const owner = unique('o"wner');
    const quoted = `"${owner.replaceAll('"', '""')}"`;
    const url = await server.createDatabase();
    await using session = await opened(url);
    await session.query(
      `create role ${quoted}; create table jem_db_migrations ();
      alter table jem_db_migrations owner to ${quoted}; grant create on schema public to ${quoted}`,
    );
    {
      await using scratch = await scratchOf({
        like: session,
        place: await placeAt(lender.url('postgres')),
      });
      await using inside = await scratch.connect();
      await inside.query('create table public.t ()');
      const [row] = await inside.query(
        `select current_user as "user", tableowner from pg_tables where tablename = 't'`,
      );
      expect(row).toEqual({ user: owner, tableowner: owner });
      expect(scratch.limits).toEqual([]);
    }
    expect(await lender.psql(`select datname from pg_database where not datistemplate`)).toBe(
      'postgres',
    );
    expect(await lender.psql(`select rolname from pg_roles where rolname !~ '^pg_'`)).toBe(
      'postgres',
    );
    await session.query(`drop owned by ${quoted}; drop role ${quoted}`);
  });

  test('on the same server a database is made, and dropped; dead ones are swept', async () => {
    const server = await sharedPostgres(major);
    await using session = await opened(await server.createDatabase());
    const dead = unique('jem_db_scratch');
    await server.psql(`create database ${dead}`);
    const databases = () =>
      server.psql(`select datname from pg_database where starts_with(datname, 'jem_db_scratch_')`);
    {
      await using scratch = await scratchOf({ like: session, place: 'same-server' });
      await using inside = await scratch.connect();
      await inside.query('create table t ()');
      expect(await databases()).toMatch(/^jem_db_scratch_[0-9a-f]{12}$/);
      expect(scratch.leaks?.('CREATE ROLE', 'create role x')).toBe(true);
    }
    expect(await databases()).toBe('');
  });

  test('without CREATEDB, and on a standby, nothing can be made on the same server', async () => {
    await using primary = await startPostgres({ bin });
    await primary.psql("create role plain login password 'plain'");
    const url = primary.url().replace(/\/\/[^@]*@/, '//plain:plain@');
    await using session = await opened(url);
    await expect(scratchOf({ like: session, place: 'same-server' })).rejects.toMatchObject({
      code: 'scratch-unavailable',
      details: { why: 'The role lacks CREATEDB.' },
    });
    await using standby = await startStandby(primary);
    await until('the standby to answer', () => standby.psql('select 1').catch(() => null));
    await using reader = await opened(standby.url());
    await expect(scratchOf({ like: reader, place: 'same-server' })).rejects.toMatchObject({
      code: 'scratch-unavailable',
      message: expect.stringContaining('is a standby'),
    });
  });
});

test('a server of another major is used, and the difference told', async () => {
  const [old, recent] = await Promise.all([sharedPostgres(15), sharedPostgres(18)]);
  await using session = await opened(await old.createDatabase());
  await using scratch = await scratchOf({
    like: session,
    place: await placeAt(await recent.createDatabase()),
  });
  expect(scratch.limits).toEqual([
    expect.stringMatching(
      /^The scratch database is of PostgreSQL 18\.\d+, the live one of 15\.\d+\.$/,
    ),
  ]);
});
