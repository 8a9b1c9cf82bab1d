import { expect, test } from 'vitest';
import type { JemError } from '../../../../src/errors.ts';
import { contentOf } from '../../../../src/engines/postgres/backup/content.ts';
import { readInventory } from '../../../../src/engines/postgres/backup/inventory.ts';
import { pins } from '../../../../src/engines/postgres/backup/pins.ts';
import { withSnapshot } from '../../../../src/engines/postgres/backup/snapshot.ts';
import { temporaryFolder } from '../../../support/folders.ts';
import { startPgBouncer } from '../../../support/pgbouncer.ts';
import {
  type PostgresServer,
  postgresVersions,
  sharedPostgres,
} from '../../../support/postgres.ts';
import { rejection } from '../../../support/rejection.ts';
import { until } from '../../../support/until.ts';
import { opened } from '../connecting.ts';
import { backedUp, backupOf, isEmpty, running } from './backups.ts';
import { contentAt } from './contents.ts';

const versions = postgresVersions().map(({ major, bin }) => ({ major, bin }));
const nameIn = (url: string): string => new URL(url).pathname.slice(1);

let roles = 0;

/** A role of the test's own that may log in, as a URL for a database. */
async function roleOn(server: PostgresServer, url: string): Promise<{ role: string; url: string }> {
  const role = `backup_${process.pid}_${roles++}`;
  await server.psql(`create role ${role} login password 'p'`);
  const there = new URL(url);
  there.username = role;
  there.password = 'p';
  return { role, url: there.href };
}

async function refused(url: string, server: PostgresServer): Promise<JemError> {
  const { path: folder } = await temporaryFolder();
  const nothing = () => Promise.reject(new Error('nothing to take'));
  const stage = { folder, take: nothing, put: nothing };
  const error = await rejection(backupOf(url, server, { stage }));
  expect(await isEmpty(folder)).toBe(true);
  return error as JemError;
}

test.each(versions)('refuses what row-level security would hide, on $major', async ({ major }) => {
  const server = await sharedPostgres(major);
  const url = await server.createDatabase();
  const { role, url: there } = await roleOn(server, url);
  await server.psql(
    `create schema s; create table s.open (id int); create table s.tenants (id int); create table s."Odd one" (id int);
    alter table s.tenants enable row level security; alter table s."Odd one" enable row level security;
    alter table s."Odd one" force row level security;
    grant pg_read_all_data to ${role}`,
    nameIn(url),
  );
  const error = await refused(there, server);
  expect(error.code).toBe('backup-incomplete');
  expect(error.details.why).toContain('"s"."Odd one", "s"."tenants"');
  expect(error.details.hint).toContain(`ALTER ROLE "${role}" BYPASSRLS`);
  const content = await rejection(contentAt(there));
  expect(content).toMatchObject({ code: 'backup-incomplete' });
  await server.psql(`alter role ${role} bypassrls`);
  const taken = await backupOf(there, server);
  expect(taken.content.tables).toHaveLength(3);
});

test.each(versions)('refuses what the role may not read, on $major', async ({ major }) => {
  const server = await sharedPostgres(major);
  const url = await server.createDatabase();
  const { role, url: there } = await roleOn(server, url);
  await server.psql(
    `create table closed (id int); create schema hidden; create table hidden.t (id int); grant select on hidden.t to ${role}; create sequence q`,
    nameIn(url),
  );
  const error = await refused(there, server);
  expect(error.code).toBe('backup-incomplete');
  expect(error.details.why).toContain(
    'TABLE "hidden"."t", TABLE "public"."closed", SEQUENCE public.q',
  );
  expect(error.details.hint).toContain(`GRANT pg_read_all_data TO "${role}"`);
  await server.psql(`grant pg_read_all_data to ${role}; select lo_create(4711)`, nameIn(url));
  const large = await refused(there, server);
  expect(large.details.why).toContain('LARGE OBJECT 4711');
  await server.psql(`grant select on large object 4711 to ${role}`, nameIn(url));
  const taken = await backupOf(there, server);
  expect(taken.content).toMatchObject({ sequences: [{ name: 'q' }] });
});

test('refuses a pooler, and names directUrl', async () => {
  const [{ major } = { major: 0 }] = versions;
  const server = await sharedPostgres(major);
  const url = await server.createDatabase();
  await using pooler = await startPgBouncer(server, { poolMode: 'transaction' });
  const error = await refused(pooler.url(nameIn(url)), server);
  expect(error.code).toBe('pooler-in-the-way');
  expect(error.details.hint).toContain('directUrl');
});

test('refuses a pg_dump that is older than the server, by name', async () => {
  const [older, newer] = [versions[0]!, versions.at(-1)!];
  const server = await sharedPostgres(newer.major);
  const url = await server.createDatabase();
  await using session = await opened(url);
  const error = (await rejection(backedUp(session, { binaries: older.bin }))) as JemError;
  expect(error.code).toBe('tool-missing');
  expect(error.details.why).toContain(`pg_dump ${older.major}.`);
  expect(error.details.hint).toContain(`postgresql-client-${newer.major}`);
  const none = (await rejection(backedUp(session, { binaries: '/' }))) as JemError;
  expect(none.details.why).toBe('There is none in /.');
});

test('takes a newer pg_dump where the same is not there, and tells it', async () => {
  const [older, newer] = [versions[0]!, versions.at(-1)!];
  const server = await sharedPostgres(older.major);
  const url = await server.createDatabase();
  await server.psql('create table t (id int)', nameIn(url));
  await using session = await opened(url);
  const taken = await backedUp(session, { binaries: newer.bin });
  expect(taken.tools['pg_dump']).toMatch(new RegExp(`^${newer.major}\\.`));
});

test('says who holds a table that it must lock', async () => {
  const [{ major } = { major: 0 }] = versions;
  const server = await sharedPostgres(major);
  const url = await server.createDatabase();
  await server.psql('create table t (id int)', nameIn(url));
  await using other = await opened(url, { options: { applicationName: 'the migration' } });
  await other.query('begin; lock table t');
  const error = await refused(url, server);
  expect(error.code).toBe('lock-timeout');
  expect(error.details.why).toContain('the migration');
});

test.each(versions)(
  'a migration that waits for the backup does not stop it, on $major',
  async ({ major }) => {
    const server = await sharedPostgres(major);
    const url = await server.createDatabase();
    await server.psql(
      // The session that holds the locks is busy with the large one when another comes to the rest.
      'create table a as select 1 as n; create table b as select 2 as n; create table large as select generate_series(1, 600000) as n',
      nameIn(url),
    );
    const expected = await contentAt(url);
    await using session = await opened(url);
    await using other = await opened(url);
    const { signal } = new AbortController();
    let waiting: Promise<unknown> = Promise.resolve();
    const content = await withSnapshot(session, signal, async (snapshot) => {
      waiting = other.query('alter table a add m int default 7; alter table b alter n type text');
      await until(
        'it to wait',
        async () =>
          (await server.psql(
            `select count(*) from pg_locks where not granted and pid = ${other.backendPid}`,
          )) !== '0',
      );
      await session.query(pins().join('; '));
      const inventory = await readInventory(session);
      return contentOf(session, snapshot, { inventory, signal, jobs: 3, onRead: () => {} });
    });
    await waiting;
    expect(content).toEqual(expected);
  },
);

/** A database whose backup takes a while. */
async function large(server: PostgresServer): Promise<string> {
  const url = await server.createDatabase();
  await server.psql(
    `create table t as select n, repeat(md5(n::text), 20) as v, n::numeric as d from generate_series(1, 400000) n`,
    nameIn(url),
  );
  return url;
}

const sessionsIn = (server: PostgresServer, url: string): Promise<string> =>
  server.psql(
    `select count(*) from pg_stat_activity where datname = '${nameIn(url)}' and backend_type = 'client backend'`,
  );

test.each(versions)('when it is stopped nothing goes on, on $major', async ({ major }) => {
  const server = await sharedPostgres(major);
  const url = await large(server);
  const { path: folder } = await temporaryFolder();
  const controller = new AbortController();
  const stage = { folder, take: async () => {}, put: async () => {} };
  const ending = rejection(backupOf(url, server, { stage, signal: controller.signal }));
  await until('pg_dump to run', async () => (await running(`--file=${folder}`)).length > 0);
  await until('its sessions', async () => Number(await sessionsIn(server, url)) > 3);
  const reason = new Error('enough');
  controller.abort(reason);
  expect(await ending).toBe(reason);
  expect(await running(`--file=${folder}`)).toEqual([]);
  await until('the end of its sessions', async () => (await sessionsIn(server, url)) === '0');
});

test.each(versions)('tells why pg_dump did not come to its end, on $major', async ({ major }) => {
  const server = await sharedPostgres(major);
  const url = await large(server);
  const { path: folder } = await temporaryFolder();
  const stage = { folder, take: async () => {}, put: async () => {} };
  const ending = rejection(backupOf(url, server, { stage }));
  await until('pg_dump to read', async () => {
    const ended = await server.psql(
      `select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = '${nameIn(url)}' and query like 'COPY%'`,
    );
    return ended !== '0';
  });
  expect(await ending).toMatchObject({ code: 'connection-lost' });
  expect(await running(`--file=${folder}`)).toEqual([]);
  await until('the end of its sessions', async () => (await sessionsIn(server, url)) === '0');
});

test('a folder that cannot be made is told in the words of pg_dump', async () => {
  const [{ major } = { major: 0 }] = versions;
  const server = await sharedPostgres(major);
  const url = await server.createDatabase();
  await server.psql('create table t as select 1 as n', nameIn(url));
  const { path: folder } = await temporaryFolder();
  const stage = { folder: `${folder}/not/there`, take: async () => {}, put: async () => {} };
  const error = (await rejection(backupOf(url, server, { stage }))) as JemError;
  expect(error.code).toBe('tool-failed');
  expect(error.details.why).toContain('could not create directory');
  expect(error.exitCode).toBe(4);
});
