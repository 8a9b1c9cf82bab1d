import { rejection } from '../../support/rejection.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import type { StatementFailure } from '../../../src/engines/migrating.ts';
import { Interrupted, type JemError } from '../../../src/errors.ts';
import { postgresVersions, sharedPostgres, type PostgresServer } from '../../support/postgres.ts';
import { until } from '../../support/until.ts';
import { opened } from './connecting.ts';
import { runner, script, unwrapped } from './migrating.ts';

describe.for(postgresVersions())(
  'files without a transaction on PostgreSQL $major',
  ({ major }) => {
    let server: PostgresServer;
    let url: string;
    beforeEach(async () => {
      server = await sharedPostgres(major);
      url = await server.createDatabase();
    });
    const sql = (text: string) => server.psql(text, new URL(url).pathname.slice(1));
    const failure = async (work: Promise<unknown>) => (await rejection(work)) as StatementFailure;

    it('run statement by statement, and are recorded as whole', async () => {
      await sql('create table a (n int)');
      await using one = await runner(url);
      await one.alone(() =>
        one.migrations.applyUnwrapped(
          unwrapped('1', 'vacuum a; create index concurrently a_n on a (n); select pg_sleep(0.1)'),
        ),
      );
      const [row] = (await one.migrations.read()) ?? [];
      expect(row).toMatchObject({ name: '1', checksum: 'sum-1', statementsDone: null });
      expect(row?.durationMs).toBeGreaterThanOrEqual(100);
      expect(await sql("select indisvalid from pg_index where indexrelid = 'a_n'::regclass")).toBe(
        't',
      );
    });

    it('tell how far they came, go on there, and drop the INVALID index of the first try', async () => {
      await sql('create schema app; create table app.a (n int); insert into app.a values (1), (1)');
      await sql('create table a (n int); insert into a values (1), (1)');
      await rejection(sql('create unique index concurrently "A n" on a (n)'));
      const text = `set search_path = app; create table app.b (n int);
      create unique index concurrently /* of app */ "A n" on "a" (n); create table app.c (n int)`;
      await using one = await runner(url);
      await one.alone(async () => {
        const error = await failure(one.migrations.applyUnwrapped(unwrapped('1', text)));
        expect(error).toMatchObject({ statement: 2, offset: text.indexOf('create unique') });
        expect((error.reason as JemError).code).toBe('constraint-violated');
        expect(error.leftBehind).toContain('DROP INDEX CONCURRENTLY app."A n";');
        expect(error.leftBehind).not.toContain('public');
        expect(await one.migrations.read()).toMatchObject([
          { statementsDone: 2, checksum: 'sum-1' },
        ]);
        expect(await one.session.query('show search_path')).toEqual([
          { search_path: '"$user", public' },
        ]);
        expect(await one.session.query('show lock_timeout')).toEqual([{ lock_timeout: '0' }]);

        await sql('delete from app.a where ctid = (select min(ctid) from app.a)');
        await one.migrations.applyUnwrapped(unwrapped('1', text, 2));
      });
      expect(await one.migrations.read()).toMatchObject([
        { statementsDone: null, checksum: 'sum-1' },
      ]);
      const valid =
        'select indrelid::regclass, indisvalid from pg_index where indexrelid = \'%."A n"\'::regclass';
      expect(await sql(valid.replace('%', 'app'))).toBe('app.a|t');
      expect(await sql(valid.replace('%', 'public'))).toBe('a|f');
    });

    it('leave nothing in the ledger, and say nothing, when the first statement fails and left nothing', async () => {
      await using one = await runner(url);
      await one.alone(async () => {
        const text = 'create index concurrently i on nothing (n); select 1';
        const error = await failure(one.migrations.applyUnwrapped(unwrapped('1', text)));
        expect(error).toMatchObject({ statement: 0, offset: 0, leftBehind: null });
      });
      expect(await one.migrations.read()).toEqual([]);
    });

    it('may hold transactions of their own, which count as a whole', async () => {
      await using one = await runner(url);
      const text = 'create table a (n int); begin; create table b (n int); select 1 / 0; commit';
      await one.alone(async () => {
        const error = await failure(one.migrations.applyUnwrapped(unwrapped('1', text)));
        expect(error).toMatchObject({ statement: 3 });
        expect(await one.migrations.read()).toMatchObject([{ statementsDone: 1 }]);
        expect(one.session.client.getTransactionStatus()).toBe('I');
        const good = text.replace('1 / 0', '1');
        await one.migrations.applyUnwrapped(unwrapped('1', good, 1));
      });
      expect(await one.migrations.read()).toMatchObject([{ statementsDone: null }]);
      expect(await sql("select to_regclass('b') is not null")).toBe('t');
    });

    it('that never commit are refused at the end', async () => {
      await using one = await runner(url);
      const error = await one.alone(() =>
        failure(one.migrations.applyUnwrapped(unwrapped('1', 'begin; create table a (n int)'))),
      );
      expect(error).toMatchObject({
        statement: 1,
        reason: { code: 'migration-transaction-control' },
      });
      expect(await sql("select to_regclass('a') is null")).toBe('t');
      expect(await one.migrations.read()).toEqual([]);
    });

    it('go down, and tell how far they came', async () => {
      await sql('create table a (n int)');
      await using one = await runner(url);
      await one.alone(async () => {
        await one.migrations.applyUnwrapped(unwrapped('1', 'create index concurrently i on a (n)'));
        const change = { kind: 'delete', name: '1' } as const;
        const down = 'drop index concurrently i; select 1 / 0';
        const step = { change, script: script(down), lockTimeout: 1000, done: 0 };
        await failure(one.migrations.applyUnwrapped(step));
        expect(await one.migrations.read()).toMatchObject([{ statementsDone: -1 }]);
        const better = script(down.replace('1 / 0', '1'));
        await one.migrations.applyUnwrapped({ ...step, script: better, done: 1 });
        expect(await one.migrations.read()).toEqual([]);
      });
    });

    it('name who blocks them, and the index that is left', async () => {
      await sql('create table a (n int)');
      await using app = await opened(`${url}?application_name=web`);
      await app.query('begin');
      await app.query('insert into a values (1)');
      await using one = await runner(url);
      await one.alone(async () => {
        const step = {
          ...unwrapped('1', 'create index concurrently i on a (n)'),
          lockTimeout: 2000,
        };
        const error = await failure(one.migrations.applyUnwrapped(step));
        expect((error.reason as JemError).details.why).toContain(
          `process ${app.backendPid} (user "postgres", application "web"`,
        );
        expect(error.leftBehind).toContain('DROP INDEX CONCURRENTLY public.i;');
        await app.query('commit');
        await one.migrations.applyUnwrapped(step);
      });
      expect(await sql("select indisvalid from pg_index where indexrelid = 'i'::regclass")).toBe(
        't',
      );
    });

    it('stop on a signal, and tell what is left', async () => {
      await sql('create table a (n int)');
      await using app = await opened(url);
      await app.query('begin');
      await app.query('insert into a values (1)');
      await using one = await runner(url);
      const error = await one.alone(async () => {
        const step = {
          ...unwrapped('1', 'create index concurrently i on a (n)'),
          lockTimeout: 60_000,
        };
        const failed = failure(one.migrations.applyUnwrapped(step));
        await until(
          'it to wait',
          async () =>
            (await sql(
              "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
            )) === '1',
        );
        one.stop.abort(new Interrupted('SIGINT'));
        return failed;
      });
      expect(error.reason).toBeInstanceOf(Interrupted);
      expect(error.leftBehind).toContain('public.i');
    });
  },
);
