import { rejection } from '../../support/rejection.ts';
import { describe, expect, it } from 'vitest';
import type { JemError } from '../../../src/errors.ts';
import { postgresVersions, sharedPostgres, startPostgres } from '../../support/postgres.ts';
import { until } from '../../support/until.ts';
import { runner, script, step, unwrapped, type Runner } from './migrating.ts';
import { startProxy } from './proxy.ts';

const running =
  "select count(*) from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()";

describe.for(postgresVersions())(
  'a connection to PostgreSQL $major that is lost',
  ({ major, bin }) => {
    const database = async () => {
      const server = await sharedPostgres(major);
      const url = await server.createDatabase();
      const sql = (text: string) => server.psql(text, new URL(url).pathname.slice(1));
      return {
        server,
        url,
        sql,
        sleeps: () => until('it to run', async () => (await sql(running)) === '1'),
      };
    };
    const through = (url: string, port: number) => url.replace(/:\d+\//, `:${port}/`);
    const names = async (one: Runner) => (await one.migrations.read())?.map(({ name }) => name);

    it('by an administrator leaves nothing, and is told so', async () => {
      const { url, sql, sleeps } = await database();
      await using one = await runner(url);
      const error = await one.alone(async () => {
        const failed = rejection(
          one.migrations.apply(step('1', 'create table a (n int); select pg_sleep(60)')),
        );
        await sleeps();
        await sql(`select pg_terminate_backend(${one.session.backendPid})`);
        return failed;
      });
      expect(error).toMatchObject({ code: 'connection-lost', exitCode: 3 });
      expect((error as JemError).details).toMatchObject({
        why: expect.stringContaining('pg_terminate_backend'),
        hint: expect.stringContaining('Nothing of this migration was applied'),
        original: expect.stringContaining('administrator command'),
      });
      await using two = await runner(url);
      expect(await names(two)).toEqual([]);
      expect(await two.alone(() => two.migrations.apply(step('1', 'create table a (n int)')))).toBe(
        'done',
      );
    });

    it('behind the COMMIT is found to be done', async () => {
      const { url, server } = await database();
      await using proxy = await startProxy(server.port);
      await using one = await runner(through(url, proxy.port));
      const outcome = await one.alone(() => {
        proxy.cutAtNextAnswer();
        return one.migrations.apply(step('1', 'create table a (n int)'));
      });
      expect(outcome).toBe('done');
      await using two = await runner(url);
      expect(await names(two)).toEqual(['1']);
    });

    it('while the server goes on without us: it is stopped, then nothing was applied', async () => {
      const { url, sql, server, sleeps } = await database();
      await using proxy = await startProxy(server.port);
      await using one = await runner(through(url, proxy.port));
      const error = await one.alone(async () => {
        const failed = rejection(
          one.migrations.apply(step('1', 'create table a (n int); select pg_sleep(60)')),
        );
        await sleeps();
        proxy.cutClients();
        return failed;
      });
      expect(error).toMatchObject({ code: 'connection-lost' });
      expect(await sql(running)).toBe('0');
      expect(await sql("select to_regclass('a') is null")).toBe('t');
    });

    it('in a function is told, and leaves nothing', async () => {
      const { url, sql } = await database();
      await using one = await runner(url);
      const error = await one.alone(() =>
        rejection(
          one.migrations.apply({
            ...step('1', ''),
            script: async (db) => {
              await db.execute('create table a (n int)');
              await sql(`select pg_terminate_backend(${one.session.backendPid})`);
              await db.query('select 1');
            },
          }),
        ),
      );
      expect(error).toMatchObject({ code: 'connection-lost' });
      expect(await sql("select to_regclass('a') is null")).toBe('t');
    });

    it('between two groups of a large script leaves nothing', async () => {
      const { url, sql, sleeps } = await database();
      await using one = await runner(url);
      const line = `insert into a values ('${'x'.repeat(1000)}');\n`;
      const text = `create table a (t text);\n${line.repeat(600)}; select pg_sleep(60); ${line.repeat(600)}`;
      const error = await one.alone(async () => {
        const failed = rejection(one.migrations.apply(step('1', text)));
        await sleeps();
        await sql(`select pg_terminate_backend(${one.session.backendPid})`);
        return failed;
      });
      expect(error).toMatchObject({ code: 'connection-lost' });
      expect(await sql("select to_regclass('a') is null")).toBe('t');
    });

    it('outside a transaction says which statement is in doubt', async () => {
      const { url, sql, sleeps } = await database();
      await using one = await runner(url);
      const error = await one.alone(async () => {
        const failed = rejection(
          one.migrations.applyUnwrapped(
            unwrapped('1', 'create table a (n int); select pg_sleep(60)'),
          ),
        );
        await sleeps();
        await sql(`select pg_terminate_backend(${one.session.backendPid})`);
        return failed;
      });
      expect(error).toMatchObject({
        statement: 1,
        reason: {
          code: 'connection-lost',
          details: { hint: expect.stringContaining('statement 2') },
        },
      });
      await using two = await runner(url);
      expect(await two.migrations.read()).toMatchObject([{ statementsDone: 1 }]);
    });

    it('with the server killed: what became of it is not known, until it is back', async () => {
      await using server = await startPostgres({ bin });
      const url = await server.createDatabase();
      const sleeps = () =>
        until(
          'it to run',
          async () => (await server.psql(running, new URL(url).pathname.slice(1))) === '1',
        );
      await using one = await runner(url);
      const gone = await one.alone(async () => {
        await one.migrations.apply(step('1', 'create table a (n int)'));
        const failed = rejection(
          one.migrations.apply(step('2', 'create table b (n int); select pg_sleep(60)')),
        );
        await sleeps();
        await server.kill();
        return failed;
      });
      expect(gone).toMatchObject({ code: 'commit-unknown', exitCode: 3 });
      expect((gone as JemError).details.hint).toContain('jem-db migrate status');
      await server.start();
      await using two = await runner(url);
      expect(await names(two)).toEqual(['1']);
      const back = await two.alone(async () => {
        const failed = rejection(
          two.migrations.apply({
            ...step('2', ''),
            script: script('create table b (n int); select pg_sleep(60)'),
          }),
        );
        await sleeps();
        await server.kill();
        await server.start();
        return failed;
      });
      expect(back).toMatchObject({ code: 'connection-lost' });
      expect(
        await server.psql("select to_regclass('b') is null", new URL(url).pathname.slice(1)),
      ).toBe('t');
    });

    it('because another process of the server crashed: it recovers, and nothing was applied', async () => {
      await using server = await startPostgres({ bin });
      await using one = await runner(server.url());
      const error = await one.alone(async () => {
        const failed = rejection(
          one.migrations.apply(step('1', 'create table a (n int); select pg_sleep(60)')),
        );
        await until('it to run', async () => (await server.psql(running)) === '1');
        process.kill(one.session.backendPid, 'SIGKILL');
        return failed;
      });
      expect(error).toMatchObject({ code: 'connection-lost' });
      await using two = await runner(server.url());
      expect(await names(two)).toEqual([]);
    });
  },
);
