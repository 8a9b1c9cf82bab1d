import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresVersions } from '../support/postgres.ts';
import { schemaErrors } from '../support/schema.ts';
import { found, mending, roleWorld, says, type RoleWorld, type Site } from './role-world.ts';

const migrations = {
  'migrations/0001_tenants.up.sql': `
create table notes (id bigserial primary key, tenant text not null, body text not null);
alter table notes enable row level security;
alter table notes force row level security;
create policy own_rows on notes using (tenant = current_setting('app.tenant', true));
create function shout(text) returns text language sql as 'select upper($1)';
create view loud with (security_invoker) as select shout(body) as body from notes;
`,
  'migrations/0001_tenants.down.sql': `
drop view loud; drop function shout(text); drop table notes;
`,
};

/** What the defects are called that one of the tests plants. */
const planted = [
  'owner has LOGIN',
  'rw has SUPERUSER',
  'rw has CREATEDB',
  'rw has CREATEROLE',
  'rw has BYPASSRLS',
  'ro has no limit on its connections, not 10',
  'backup lacks BYPASSRLS',
  'monitor lacks INHERIT',
  'role of migrator is not set, not owner',
  'statement_timeout of rw is not set, not 30s',
  'statement_timeout of ro is 0, not 5min',
  'idle_session_timeout of ro is 2h, not 15min',
  'rw has no password',
  'the password of ro is kept as an MD5 hash',
  'the password of backup has expired',
  'migrator may not become owner',
  'monitor lacks the rights of pg_monitor',
  'ro is a member of pg_read_all_data',
  'rw is a member of pg_write_all_data',
  'rw may act as owner',
  'the database DB belongs to rw, not to owner',
  'everybody (PUBLIC) has CONNECT, TEMPORARY on DATABASE DB',
  'rw lacks CONNECT on DATABASE DB',
  'ro has CREATE on DATABASE DB',
  'ro lacks CONNECT on DATABASE DB',
  'rw has USAGE on SCHEMA "other"',
  'everybody (PUBLIC) has USAGE on SCHEMA public',
  'rw has CREATE on SCHEMA public',
  'ro lacks USAGE on SCHEMA public',
  'TABLE other.o belongs to rw, not to owner',
  'ROUTINE public.risky() belongs to postgres, not to owner',
  'TABLE public.theirs belongs to postgres, not to owner',
  'everybody (PUBLIC) has EXECUTE on public.risky()',
  'rw lacks EXECUTE on public.risky()',
  'everybody (PUBLIC) has SELECT on public.t',
  'rw lacks DELETE on public.t',
  'rw has REFERENCES, TRUNCATE on public.t',
  'ro has UPDATE on public.t',
  'ro may grant SELECT to others on public.t',
  'rw lacks USAGE on public.t_id_seq',
  'rw lacks SELECT, INSERT, UPDATE, DELETE on public.theirs',
  'ro lacks SELECT on public.theirs',
  'everybody (PUBLIC) will have EXECUTE on new functions',
  'rw will have too much on new tables in public: TRUNCATE',
  'rw will lack INSERT on new tables in public',
  'monitor lacks SELECT on pg_catalog.pg_file_settings',
];

describe.each(postgresVersions())('the roles, on $major', ({ bin, major }) => {
  let world: RoleWorld;
  let site: Site;

  beforeAll(async () => {
    world = await roleWorld(bin);
    await world.work.write(migrations);
    site = await world.site();
    await site.psql('create schema secret; create table secret.keys (id int)');
    await site.applied();
    const migrated = await world.work.run(['migrate', 'up'], {
      env: { DATABASE_URL: await site.as('migrator') },
    });
    if (migrated.exitCode !== 0) throw new Error(migrated.stderr);
  });

  afterAll(() => world[Symbol.asyncDispose]());

  const by = async (suffix: string, sql: string) => says(world.server, await site.as(suffix), sql);
  const refused = async (suffix: string, sql: string) => {
    const { ok, text } = await by(suffix, sql);
    expect(ok, `${suffix}: ${sql}`).toBe(false);
    expect(text, `${suffix}: ${sql}`).toMatch(/permission denied|must be|not permitted/);
  };

  it('are as verify wants them after a migration, without further grants', async () => {
    expect(await found(site)).toEqual([]);
    expect(await found(site, await site.as('ro'))).toEqual([]);
    const owners = await site.psql(
      "select distinct pg_get_userbyid(relowner) from pg_class where relnamespace = 'public'::regnamespace",
    );
    expect(owners).toBe(`${site.prefix}_owner`);
  });

  it('leave the schema what its migrations produce, rights aside', async () => {
    const ignore = ['--ignore', 'secret.*,privileges,default privileges:*'];
    const result = await world.work.run(['schema', 'verify', ...ignore], {
      env: { DATABASE_URL: await site.as('migrator'), JEM_DB_POSTGRES_BIN: bin },
    });
    expect(result.exitCode, result.stdout + result.stderr).toBe(0);
  });

  it('let the application work with rows, within its tenant, and do nothing else', async () => {
    const rows = await by(
      'rw',
      `set app.tenant = 'a'; insert into notes (tenant, body) values ('a', 'hey');
       update notes set body = 'ho'; select body, shout(body) from notes; select body from loud;
       set app.tenant = 'b'; select count(*) from notes`,
    );
    expect(rows).toEqual({ ok: true, text: 'ho|HO\nHO\n0' });
    for (const sql of [
      'create table t ()',
      'create schema s',
      'create temporary table t ()',
      'truncate notes',
      'alter table notes disable row level security',
      'drop table notes',
      'create trigger t before insert on notes execute function suppress_redundant_updates_trigger()',
      'select * from secret.keys',
      'select * from pg_authid',
      "select setval('notes_id_seq', 9)",
      'insert into jem_db_migrations select * from jem_db_migrations',
      'delete from jem_db_migrations_schema',
      `set role ${site.prefix}_owner`,
      'create role r',
    ])
      await refused('rw', sql);
    expect(await by('rw', 'select count(*) from jem_db_migrations')).toMatchObject({ text: '1' });
    if (major >= 17)
      await refused('rw', 'vacuum full notes; analyze notes; lock notes in access exclusive mode');
  });

  it('let the reader read and not write', async () => {
    expect(await by('ro', "set app.tenant = 'a'; select count(*) from loud")).toMatchObject({
      ok: true,
    });
    for (const sql of [
      "insert into notes (tenant, body) values ('a', 'x')",
      "update notes set body = 'x'",
      'delete from notes',
      "select nextval('notes_id_seq')",
      'create table t ()',
      'select * from secret.keys',
    ])
      await refused('ro', sql);
  });

  it('let the migrator be nobody but the owner, and make nothing as itself', async () => {
    const who = await by('migrator', 'select current_user, session_user');
    expect(who.text).toBe(`${site.prefix}_owner|${site.prefix}_migrator`);
    await refused('migrator', 'set role none; create table public.t ()');
    await refused('migrator', 'set role none; select * from public.notes');
    await refused('migrator', 'create role r');
  });

  it('let the backup see every row of every tenant, and write nothing', async () => {
    await site.psql(
      "insert into notes (tenant, body) select t, t from unnest(array['c', 'd', 'e']) t",
    );
    const all = await site.psql('select count(*) from notes');
    const result = await world.work.run(['backup', 'create', '--verify', '--json'], {
      env: { DATABASE_URL: await site.as('backup'), JEM_DB_POSTGRES_BIN: bin },
    });
    expect(result.exitCode, result.stdout).toBe(0);
    expect((await by('backup', 'select count(*) from notes')).text).toBe(all);
    await refused('backup', 'delete from notes');
    await refused('backup', 'create table t ()');
  });

  it('let the monitor see the server, and no row', async () => {
    const seen = await by(
      'monitor',
      `select count(*) > 0 from pg_hba_file_rules; select count(*) > 0 from pg_file_settings;
       select count(*) from pg_stat_activity where query like '<insufficient privilege>%';
       select pg_database_size(current_database()) > 0; select count(*) > 0 from pg_ls_waldir()`,
    );
    expect(seen).toEqual({ ok: true, text: 't\nt\n0\nt\nt' });
    await refused('monitor', 'select * from public.notes');
    await refused('monitor', 'select * from pg_authid');
  });

  it.each([
    ['migrator', '1h', '5min', 5],
    ['rw', '30s', '1min', 50],
    ['ro', '5min', '1min', 10],
    ['backup', '1h', '15min', 20],
    ['monitor', '10s', '1min', 5],
  ])('bound the sessions of %s', async (suffix, statement, transaction, connections) => {
    const show = await by(
      suffix,
      `show statement_timeout; show idle_in_transaction_session_timeout; show idle_session_timeout;
       select rolconnlimit from pg_roles where rolname = session_user`,
    );
    expect(show.text).toBe(`${statement}\n${transaction}\n15min\n${connections}`);
  });

  it('are nothing to do a second time', async () => {
    const again = await site.roles(['apply', '--yes', '--json']);
    expect(schemaErrors(again.json())).toEqual([]);
    expect(again.json().result).toMatchObject({ outcome: 'nothing-to-do', steps: [] });
    const text = await site.applied();
    expect(text.stdout).toContain('Nothing to do');
  });

  it('are what print prints, twice, from psql', async () => {
    const other = await world.site();
    await other.psql(
      'create table older (id serial primary key); create function f() returns int language sql as $$select 1$$',
    );
    const { stdout } = await other.roles(['print']);
    expect((await other.roles(['print'])).stdout).toBe(stdout);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    for (let time = 1; time <= 2; time += 1) {
      const run = await says(world.server, other.url, `\\set ON_ERROR_STOP on\n${stdout}`);
      expect(run.ok, run.text).toBe(true);
    }
    const left = await found(other);
    expect(left.filter((message) => !message.endsWith('has no password'))).toEqual([]);
    expect(left).toHaveLength(5);
    const json = (await other.roles(['print', '--json'])).json();
    expect(schemaErrors(json)).toEqual([]);
  });

  it('show what they would do, and do nothing, with --dry-run and without a yes', async () => {
    const other = await world.site();
    const dry = await other.roles(['apply', '--dry-run', '--generate-passwords', 'dry']);
    expect(dry.exitCode).toBe(0);
    expect(dry.stdout).toContain(`CREATE ROLE ${other.prefix}_owner NOLOGIN`);
    expect(dry.stdout).toContain('Nothing was changed');
    const asked = await other.roles(['apply', '--json']);
    expect(asked.json().error).toMatchObject({ code: 'confirmation-needed' });
    expect(
      await other.psql(`select count(*) from pg_roles where rolname like '${other.prefix}%'`),
    ).toBe('0');
    expect(await readdir(world.work.path)).not.toContain('dry');
  });

  it('take over what is in the schemas, and leave extensions theirs', async () => {
    const other = await world.site();
    await other.psql(`
create schema "Odd ""one""";
create table "Odd ""one""".t (id int generated always as identity, "Mixed" serial);
create extension hstore; create extension amcheck schema "Odd ""one""";
create table parts (id int) partition by range (id); create table part1 partition of parts for values from (1) to (9);
create materialized view m as select 1 as one; create sequence lone; create type pair as (a int, b int);
create type mood as enum ('ok'); create domain few as int check (value < 9); create type span as range (subtype = int);
create procedure p() language sql as ''; create aggregate total(int) (sfunc = int4pl, stype = int);
create function plus(mood, mood) returns mood language sql as 'select $1';
create operator ## (leftarg = mood, rightarg = mood, function = plus);
create collation mine (locale = 'C'); create statistics st on id, "Mixed" from "Odd ""one""".t;
create text search configuration ts (copy = simple); create text search dictionary td (template = simple);
create function definer() returns int language sql security definer as 'select 1';
create role ${other.prefix}_rw login; grant all on table parts to ${other.prefix}_rw, public; alter table part1 owner to ${other.prefix}_rw;
grant update ("Mixed") on "Odd ""one""".t to ${other.prefix}_rw with grant option`);
    const schemas = ['--schema', 'public,Odd "one"'];
    await other.applied(schemas);
    const verified = await other.roles(['verify', '--json', ...schemas]);
    expect(verified.json().result).toMatchObject({ matches: true });
    const strangers = await other.psql(`
select i.type, i.identity from (
  select 'pg_class'::regclass c, oid, relowner o, relnamespace n from pg_class where relkind <> 't'
  union all select 'pg_proc'::regclass, oid, proowner, pronamespace from pg_proc
  union all select 'pg_type'::regclass, oid, typowner, typnamespace from pg_type where typtype <> 'm' and typcategory <> 'A'
  union all select 'pg_operator'::regclass, oid, oprowner, oprnamespace from pg_operator
  union all select 'pg_collation'::regclass, oid, collowner, collnamespace from pg_collation
  union all select 'pg_statistic_ext'::regclass, oid, stxowner, stxnamespace from pg_statistic_ext
  union all select 'pg_ts_config'::regclass, oid, cfgowner, cfgnamespace from pg_ts_config
  union all select 'pg_ts_dict'::regclass, oid, dictowner, dictnamespace from pg_ts_dict
) a, pg_identify_object(c, oid, 0) i
where pg_get_userbyid(o) <> '${other.prefix}_owner' and n::regnamespace::text in ('public', '"Odd ""one"""')
  and not exists (select from pg_depend d where d.classid = c and d.objid = a.oid and d.deptype = 'e')`);
    // The function that makes values of a range is the type's, as the array of a type is.
    expect(strangers.split('\n').filter((line) => line && !/span|_multirange/.test(line))).toEqual(
      [],
    );
    const extension = await other.psql(
      "select count(*) from pg_proc p join pg_depend d on d.objid = p.oid and d.deptype = 'e' where pg_get_userbyid(proowner) = 'postgres'",
    );
    expect(Number(extension)).toBeGreaterThan(50);
    const ro = await says(world.server, await other.as('ro'), `select definer()`);
    expect(ro.text).toContain('permission denied');
    const rw = await says(
      world.server,
      await other.as('rw'),
      `select definer(), 'a=>1'::hstore -> 'a'`,
    );
    expect(rw).toEqual({ ok: true, text: '1|1' });
  });

  it('find every defect that was planted, and mend it with the SQL they give', async () => {
    const other = await world.site();
    const p = other.prefix;
    await other.psql(
      'create table t (id serial primary key); create schema other; create table other.o (id int)',
    );
    await other.applied();
    await other.psql(`
alter role ${p}_rw createdb createrole bypassrls superuser; alter role ${p}_ro connection limit -1;
alter role ${p}_backup nobypassrls; alter role ${p}_monitor noinherit; alter role ${p}_owner login;
alter role ${p}_rw reset statement_timeout; alter role ${p}_ro set idle_session_timeout = '2h';
alter role ${p}_ro in database ${other.database} set statement_timeout = 0; alter role ${p}_migrator reset role;
revoke ${p}_owner from ${p}_migrator; revoke pg_monitor from ${p}_monitor;
grant ${p}_owner to ${p}_rw; grant pg_read_all_data to ${p}_ro; grant pg_write_all_data to ${p}_rw;
grant temporary, connect on database ${other.database} to public; grant create on database ${other.database} to ${p}_ro; alter database ${other.database} owner to ${p}_rw;
revoke connect on database ${other.database} from ${p}_ro;
grant usage on schema public to public; grant create on schema public to ${p}_rw; revoke usage on schema public from ${p}_ro;
grant usage on schema other to ${p}_rw; alter table other.o owner to ${p}_rw;
create table theirs (id int); grant select on t to public; grant truncate, references on t to ${p}_rw;
revoke delete on t from ${p}_rw; grant select on t to ${p}_ro with grant option; revoke usage on sequence t_id_seq from ${p}_rw;
grant update (id) on t to ${p}_ro;
create function risky() returns int language sql security definer as 'select 1';
alter default privileges for role ${p}_owner in schema public revoke insert on tables from ${p}_rw;
alter default privileges for role ${p}_owner in schema public grant truncate on tables to ${p}_rw;
alter default privileges for role ${p}_owner grant execute on routines to public;
revoke select on pg_file_settings from ${p}_monitor;
set password_encryption = md5; alter role ${p}_ro password 'x'; alter role ${p}_rw password null;
alter role ${p}_backup valid until '2001-01-01'`);
    expect(await found(other)).toEqual(planted);
    const verified = await other.roles(['verify']);
    expect(verified.exitCode).toBe(1);
    expect(verified.stdout).toContain(`${p}_rw has SUPERUSER`);
    const long = verified.stdout.split('\n').filter((line) => line.length > 80);
    expect(long).toEqual([]);
    const json = (await other.roles(['verify', '--json'])).json();
    expect(schemaErrors(json)).toEqual([]);
    const mended = await says(world.server, other.url, await mending(other));
    expect(mended.ok, mended.text).toBe(true);
    expect(await found(other)).toEqual([
      'rw has no password',
      'the password of ro is kept as an MD5 hash',
      'the password of backup has expired',
    ]);
    await other.applied(['--reset-passwords']);
    expect(await found(other)).toEqual([]);
  });
});
