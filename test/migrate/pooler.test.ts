import { describe, expect, it } from 'vitest';
import { openedPostgres } from '../support/databases.ts';
import { startPgBouncer } from '../support/pgbouncer.ts';
import {
  postgresVersions,
  sharedPostgres,
  startPostgres,
  startStandby,
} from '../support/postgres.ts';
import { project, twoMigrations } from '../support/project.ts';

const servers = postgresVersions();

describe.each(servers)('past a pooler on PostgreSQL $major', ({ major }) => {
  it('lets exactly one of four runners work at a time', async () => {
    const server = await sharedPostgres(major);
    await using database = await openedPostgres(await server.createDatabase());
    await using pooler = await startPgBouncer(server, { poolMode: 'transaction' });
    const name = new URL(database.url).pathname.slice(1);
    const files = Object.fromEntries(
      Array.from({ length: 8 }, (_, n) => [
        `${n + 1}_s.up.sql`,
        n === 0
          ? 'create table s (n integer); insert into s values (1);'
          : `insert into s values (${n + 1});`,
      ]),
    );
    await using work = await project(files, pooler.url(name));
    const results = await Promise.all([1, 2, 3, 4].map(() => work.run(['migrate'])));
    expect(results.map(({ exitCode, stderr }) => (exitCode ? stderr : ''))).toEqual([
      '',
      '',
      '',
      '',
    ]);
    expect(await database.sql('select count(*)::int as n from s')).toEqual([{ n: 8 }]);
  });

  it('refuses a file without a transaction, and takes the direct URL instead', async () => {
    const server = await sharedPostgres(major);
    await using database = await openedPostgres(await server.createDatabase());
    await using pooler = await startPgBouncer(server, { poolMode: 'transaction' });
    const name = new URL(database.url).pathname.slice(1);
    await using work = await project(
      { ...twoMigrations, '0003_v.up.sql': 'vacuum users;' },
      pooler.url(name),
    );
    const refused = await work.run(['migrate']);
    expect(refused.exitCode).toBe(4);
    expect(refused.stderr).toContain('directUrl');
    const env = { JEM_DB_DIRECT_URL: database.url };
    expect((await work.run(['migrate'], { env })).exitCode).toBe(0);
  });
});

describe('a standby', () => {
  it('is refused, and the primary is found among several hosts', async () => {
    const bin = servers.at(-1)?.bin ?? '';
    await using primary = await startPostgres({ bin });
    await using standby = await startStandby(primary);
    await using work = await project(twoMigrations, standby.url());
    const { exitCode, stderr } = await work.run(['migrate']);
    expect(exitCode).toBe(4);
    expect(stderr).toContain('standby');
    const both = new URL(primary.url());
    const hosts = `127.0.0.1:${standby.port},127.0.0.1:${primary.port}`;
    const url = `postgres://${both.username}:${both.password}@${hosts}${both.pathname}?target_session_attrs=read-write`;
    expect((await work.run(['migrate', '-d', url])).exitCode).toBe(0);
  });
});
