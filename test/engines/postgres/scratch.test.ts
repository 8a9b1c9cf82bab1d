import { randomBytes } from 'node:crypto';
import { mkdir, readdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { postgresVersions, sharedPostgres } from '../../support/postgres.ts';
import { until } from '../../support/until.ts';
import { opened } from './connecting.ts';
import { environmentWith, scratchOf } from './scratching.ts';

async function leftovers(): Promise<string[]> {
  const all = await Promise.all(['/dev/shm', '/tmp'].map((base) => readdir(base)));
  return all.flat().filter((name) => name.startsWith('jem-db-scratch-'));
}

function unique(prefix: string): string {
  return `${prefix}_${randomBytes(4).toString('hex')}`;
}

describe.each(postgresVersions())('a throwaway PostgreSQL $major', ({ major, bin }) => {
  async function liveDatabase(sql = '') {
    const server = await sharedPostgres(major);
    const url = await server.createDatabase();
    const like = await opened(url);
    if (sql !== '') await like.query(sql);
    return { server, url, like };
  }

  test('has the version, the name and the settings of the live database, and is gone after', async () => {
    const { like } = await liveDatabase();
    await using session = like;
    const [live] = await session.query('select current_database() as name');
    await session.query(
      `alter database ${String(live?.['name'])} set search_path = "odd one", public`,
    );
    let folder: string;
    {
      await using scratch = await scratchOf({ like: session, binaries: bin });
      await using inside = await scratch.connect();
      const [row] = await inside.query(
        `select current_database() as name, current_user as "user",
          current_setting('search_path') as path, current_setting('data_directory') as folder`,
      );
      expect(row).toMatchObject({
        name: live?.['name'],
        user: 'postgres',
        path: '"odd one", public',
      });
      expect(inside.serverVersion).toBe(session.serverVersion);
      expect(scratch.limits).toEqual([]);
      expect(scratch.description).toBe(`a throwaway PostgreSQL ${session.serverVersion} (${bin})`);
      folder = String(row?.['folder']);
    }
    await expect(readdir(folder)).rejects.toThrow('ENOENT');
  });

  test('has the roles, even those with odd names, and connects as the owner of the ledger', async () => {
    const owner = unique('o"dd \' \\ rôle');
    const group = unique('group');
    const quoted = `"${owner.replaceAll('"', '""')}"`;
    const { like } = await liveDatabase(
      `create role ${quoted} nologin createdb; create role ${group} bypassrls;
      grant ${group} to ${quoted} with admin option;
      grant pg_monitor to ${group};
      alter role ${quoted} set search_path = "a b", 'c"d';
      grant create on schema public to ${quoted};
      create table jem_db_migrations (); alter table jem_db_migrations owner to ${quoted}`,
    );
    await using session = like;
    try {
      await using scratch = await scratchOf({ like: session, binaries: bin });
      await using inside = await scratch.connect();
      const [row] = await inside.query(
        `select current_user as "user", rolcreatedb, rolsuper,
          pg_has_role('${group}', 'usage') as member,
          pg_has_role('${group}', 'pg_monitor', 'usage') as monitor,
          current_setting('search_path') as path
        from pg_roles where rolname = current_user`,
      );
      expect(row).toEqual({
        user: owner,
        rolcreatedb: true,
        rolsuper: false,
        member: true,
        monitor: true,
        path: '"a b", "c""d"',
      });
      await inside.query('create table public.made_by_owner ()');
    } finally {
      await session.query(`drop owned by ${quoted}; drop role ${quoted}; drop role ${group}`);
    }
  });

  test('lets a role that is no superuser create what a superuser created', async () => {
    const owner = unique('plain');
    const { like } = await liveDatabase(
      `create role ${owner}; create extension file_fdw; create extension citext;
      create table jem_db_migrations (); alter table jem_db_migrations owner to ${owner}`,
    );
    await using session = like;
    try {
      await using scratch = await scratchOf({ like: session, binaries: bin });
      await using inside = await scratch.connect();
      await inside.query('create extension file_fdw');
      expect(scratch.limits).toContainEqual(
        expect.stringContaining(`${owner} is a superuser in scratch`),
      );
      expect(scratch.limits.join()).toContain('file_fdw');
      expect(scratch.limits.join()).not.toContain('citext');
    } finally {
      await session.query(`drop owned by ${owner}; drop role ${owner}`);
    }
  });

  test('sorts as the live database does', async () => {
    const server = await sharedPostgres(major);
    const name = unique('icu');
    await server.psql(
      `create database ${name} template template0 encoding 'UTF8' locale_provider icu
      icu_locale 'sv-SE' lc_collate 'C' lc_ctype 'C'`,
    );
    await using session = await opened(server.url(name));
    await using scratch = await scratchOf({ like: session, binaries: bin });
    await using inside = await scratch.connect();
    const [row] = await inside.query(`select 'ö' > 'z' as swedish,
      (select datlocprovider from pg_database where datname = current_database()) as provider`);
    expect(row).toEqual({ swedish: true, provider: 'i' });
    expect(scratch.limits).toEqual([]);
  });

  test('takes over an encoding that is not UTF-8, and tablespaces', async () => {
    const server = await sharedPostgres(major);
    const name = unique('latin');
    const space = unique('space');
    await server.psql(`create database ${name} template template0 encoding 'LATIN1' locale 'C'`);
    await server.psql(
      `set allow_in_place_tablespaces = on; create tablespace ${space} location ''`,
    );
    try {
      await using session = await opened(server.url(name));
      await using scratch = await scratchOf({ like: session, binaries: bin });
      await using inside = await scratch.connect();
      await inside.query(`create table t () tablespace ${space}`);
      const [row] = await inside.query(`select current_setting('server_encoding') as encoding`);
      expect(row).toEqual({ encoding: 'LATIN1' });
    } finally {
      await server.psql(`drop tablespace ${space}`);
    }
  });

  test('two at once, with nothing kept yet, both come up and keep one cluster', async () => {
    const { like } = await liveDatabase();
    await using session = like;
    const cache = join(inject('runFolder'), unique('cache'));
    const environment = environmentWith({ XDG_CACHE_HOME: cache });
    const both = await Promise.all(
      [1, 2].map(() => scratchOf({ like: session, binaries: bin, environment })),
    );
    for (const scratch of both) {
      await using inside = await scratch.connect();
      expect(await inside.query('select 1 as one')).toEqual([{ one: 1 }]);
    }
    await Promise.all(both.map((scratch) => scratch[Symbol.asyncDispose]()));
    const kept = await readdir(join(cache, 'jem-db'));
    expect(kept).toEqual([expect.stringMatching(/^postgres-\d+\.\d+-[0-9a-f]{16}$/)]);
  });

  test('without a place for a cache it just takes longer', async () => {
    const { like } = await liveDatabase();
    await using session = like;
    const environment = environmentWith({ XDG_CACHE_HOME: join(bin, 'postgres') });
    await using scratch = await scratchOf({ like: session, binaries: bin, environment });
    await using inside = await scratch.connect();
    expect(await inside.query('select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('a kept cluster that does not start is made anew', async () => {
    const { like } = await liveDatabase();
    await using session = like;
    const cache = join(inject('runFolder'), unique('cache'));
    const options = {
      like: session,
      binaries: bin,
      environment: environmentWith({ XDG_CACHE_HOME: cache }),
    };
    await (await scratchOf(options))[Symbol.asyncDispose]();
    const [kept] = await readdir(join(cache, 'jem-db'));
    await truncate(join(cache, 'jem-db', String(kept), 'global/pg_control'));
    await using scratch = await scratchOf(options);
    await using inside = await scratch.connect();
    expect(await inside.query('select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('an interrupted start leaves nothing', async () => {
    const { like } = await liveDatabase();
    await using session = like;
    const before = await leftovers();
    const stop = new AbortController();
    const starting = scratchOf({ like: session, binaries: bin, signal: stop.signal });
    setTimeout(() => stop.abort(new Error('stopped')), 30);
    await expect(starting).rejects.toThrow('stopped');
    // Others make such folders at the same time; theirs go as ours must.
    await until('the folder to be gone', async () =>
      (await leftovers()).every((name) => before.includes(name)),
    );
  });
});

test('without programs of that major the error says how to get them', async () => {
  const [old] = postgresVersions();
  const server = await sharedPostgres(18);
  await using session = await opened(server.url());
  await expect(scratchOf({ like: session, binaries: old?.bin ?? '' })).rejects.toMatchObject({
    code: 'scratch-unavailable',
    message: 'The programs of PostgreSQL 18 are not on this machine',
    details: {
      why: expect.stringMatching(/^Found: 15\.\d+ in .*\/bin\.$/),
      hint: expect.stringContaining('Install postgresql-18, or'),
    },
  });
});

test('programs that fail say why', async () => {
  const server = await sharedPostgres(18);
  await using session = await opened(server.url());
  const folder = join(inject('runFolder'), unique('bin'));
  await mkdir(folder);
  await writeFile(join(folder, 'postgres'), '#!/bin/sh\necho "postgres (PostgreSQL) 18.0"\n', {
    mode: 0o755,
  });
  await writeFile(join(folder, 'initdb'), '#!/bin/sh\necho "the disk is full" >&2\nexit 1\n', {
    mode: 0o755,
  });
  await expect(scratchOf({ like: session, binaries: folder })).rejects.toMatchObject({
    code: 'scratch-unavailable',
    details: { why: expect.stringContaining('the disk is full') },
  });
});

test('with no live database the newest programs are taken', async () => {
  const path = postgresVersions()
    .map(({ bin }) => bin)
    .join(':');
  await using scratch = await scratchOf({ environment: environmentWith({ PATH: path }) });
  await using inside = await scratch.connect();
  expect(inside.serverVersion).toMatch(/^18\./);
});
