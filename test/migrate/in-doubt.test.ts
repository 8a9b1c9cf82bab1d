import { describe, expect, it } from 'vitest';
import { startProxy } from '../engines/postgres/proxy.ts';
import { openedPostgres } from '../support/databases.ts';
import { postgresVersions, sharedPostgres, startPostgres } from '../support/postgres.ts';
import { project } from '../support/project.ts';
import { until } from '../support/until.ts';

const files = {
  '1_a.up.sql': 'create table a (id integer);',
  '2_b.up.sql': 'create table b (id integer);\nselect pg_sleep(2);',
  '3_c.up.sql': 'create table c (id integer);',
  '4_d.mjs': 'export async function up(db) { await db.execute("create table d (id integer)"); }',
};
const sleeping =
  "select from pg_stat_activity where query like '%pg_sleep(2)%' and state = 'active' and pid <> pg_backend_pid() and datname = current_database()";

describe.each(postgresVersions())(
  'a connection to PostgreSQL $major that breaks',
  ({ major, bin }) => {
    it('for good: nothing is called done or left that may be otherwise', async () => {
      const server = await sharedPostgres(major);
      await using database = await openedPostgres(await server.createDatabase());
      const proxy = await startProxy(server.port);
      const url = database.url.replace(/:\d+\//, `:${proxy.port}/`);
      await using work = await project(files, url);
      const running = work.start(['migrate', 'up', '--json']);
      await until('2_b to run', async () => (await database.sql(sleeping)).length > 0);
      // The server's side stays open, as when a router dies: what was sent goes on.
      const closed = proxy.cutForGood();
      const { exitCode, stdout } = await running;
      const { result, error } = JSON.parse(stdout);
      expect([exitCode, error.code]).toEqual([3, 'commit-unknown']);
      expect(result).toEqual({
        outcome: 'failed',
        applied: [],
        appliedByOthers: [],
        failed: { name: '2_b' },
        inDoubt: ['1_a', '2_b', '3_c'],
        remaining: ['4_d'],
      });
      await until('the server to go on by itself', async () =>
        (await database.tables()).includes('c'),
      );
      expect(await database.tables()).toEqual(['a', 'b', 'c']);
      await closed();
    });

    it('with the server: says in words of which it is not known', async () => {
      await using server = await startPostgres({ bin });
      const database = await openedPostgres(await server.createDatabase());
      await using work = await project(files, database.url);
      const running = work.start(['migrate', 'up']);
      await until('2_b to run', async () => (await database.sql(sleeping)).length > 0);
      await server.kill();
      const { exitCode, stderr } = await running;
      expect(exitCode).toBe(3);
      expect(stderr).toContain('not known: 1_a, 2_b, 3_c');
      expect(stderr).toContain('left: 4_d');
      expect(stderr).not.toContain('done: ');
    });
  },
);
