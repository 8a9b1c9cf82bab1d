import { rejection } from '../../support/rejection.ts';
import { beforeAll, afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { Blocker, StatementFailure } from '../../../src/engines/migrating.ts';
import { Interrupted, type JemError } from '../../../src/errors.ts';
import { startPgBouncer, type PgBouncer } from '../../support/pgbouncer.ts';
import { postgresVersions, sharedPostgres, type PostgresServer } from '../../support/postgres.ts';
import { until } from '../../support/until.ts';
import { opened } from './connecting.ts';
import { insert, runner, step, unwrapped } from './migrating.ts';

describe.for(postgresVersions())('behind a pooler on PostgreSQL $major', ({ major }) => {
  let server: PostgresServer;
  let pooler: PgBouncer;
  let direct: string;
  let url: string;
  beforeAll(async () => {
    server = await sharedPostgres(major);
    pooler = await startPgBouncer(server, {
      poolMode: 'transaction',
      conf: ['default_pool_size = 3'],
    });
  });
  afterAll(() => pooler[Symbol.asyncDispose]());
  beforeEach(async () => {
    direct = await server.createDatabase();
    url = pooler.url(new URL(direct).pathname.slice(1));
  });
  const sql = (text: string) => server.psql(text, new URL(direct).pathname.slice(1));

  it('eight runners at once run each migration once', async () => {
    const runners = await Promise.all(Array.from({ length: 8 }, () => runner(url)));
    const names = ['1', '2', '3', '4', '5'];
    const outcomes = await Promise.all(
      runners.map((one) =>
        one.alone(async () => {
          const done: string[] = [];
          for (const name of names) {
            const text = `create table t${name} (n int); select pg_sleep(0.01)`;
            if ((await one.migrations.apply(step(name, text))) === 'done') done.push(name);
          }
          return done;
        }),
      ),
    );
    expect(outcomes.flat().toSorted()).toEqual(names);
    expect(await sql('select count(*) from jem_db_migrations')).toBe('5');
    await Promise.all(runners.map((one) => one[Symbol.asyncDispose]()));
  });

  it('a runner keeps one away that came the direct way, and the other way round', async () => {
    const told: (Blocker | null)[] = [];
    const onWait = (holder: Blocker | null) => void told.push(holder);
    await using pooled = await runner(url, { wait: { timeout: 20_000, onWait } });
    await using other = await runner(direct, { wait: { timeout: 20_000, onWait } });
    let working = false;
    const first = pooled.alone(() => {
      working = true;
      return pooled.migrations.apply(step('1', 'select pg_sleep(0.5)'));
    });
    // Not a look into pg_locks: the ledger is made under the same lock, before the run begins.
    await until('the first to work', () => working);
    const second = await other.alone(async () => {
      expect(await first).toBe('done');
      expect(told[0]?.description).toContain('process ');
      told.length = 0;
      const waiting = pooled.migrations.apply(step('2', 'select 1'));
      await until('the pooled one to wait', () => told.length > 0);
      expect(told[0]?.description).toContain(`process ${other.session.backendPid} `);
      await other.migrations.apply(step('2', 'create table a (n int)'));
      return { waiting };
    });
    expect(await second.waiting).toBe('done-by-another');
  });

  it('a revert that another made is told', async () => {
    await using one = await runner(url);
    await one.alone(async () => {
      await one.migrations.record([insert('1')]);
      const down = { ...step('1', 'select 1'), change: { kind: 'delete', name: '1' } as const };
      expect(await one.migrations.apply(down)).toBe('done');
      expect(await one.migrations.apply(down)).toBe('done-by-another');
    });
  });

  it('no setting, role or table of a script reaches a stranger', async () => {
    await using one = await runner(url);
    await one.alone(async () => {
      await one.migrations.apply(
        step(
          '1',
          `select set_config('search_path', '', false); set statement_timeout = 1; reset statement_timeout;
          set work_mem = '77MB'; set role pg_monitor; create temp table scratch (n int)`,
        ),
      );
      await rejection(one.migrations.apply(step('2', "set work_mem = '78MB'; select 1 / 0")));
      await using stranger = await opened(url);
      for (let count = 0; count < 5; count++)
        expect(
          await stranger.query(
            "select current_user::text as who, current_setting('work_mem') as mem, current_setting('search_path') as path, to_regclass('scratch') is null as clean",
          ),
        ).toEqual([{ who: 'postgres', mem: '4MB', path: '"$user", public', clean: true }]);
    });
  });

  it('a failing statement has its place, and nothing of it stays', async () => {
    await using one = await runner(url);
    await one.alone(async () => {
      const text = 'create table ü (n int); select nothing from ü';
      const error = (await rejection(one.migrations.apply(step('1', text)))) as StatementFailure;
      expect(error).toMatchObject({ statement: 1, offset: Buffer.from(text).indexOf('nothing') });
      expect((error.reason as JemError).code).toBe('object-missing');
      const broken = (await rejection(
        one.migrations.apply(step('1', 'select 1; selct 2')),
      )) as StatementFailure;
      expect(broken).toMatchObject({ statement: 1, offset: 10 });
      expect(await one.migrations.read()).toEqual([]);
      const large = `create table a (t text); ${`insert into a values ('${'x'.repeat(500)}');`.repeat(1500)}`;
      await one.migrations.apply(step('1', large));
    });
    expect(await sql('select count(*) from a')).toBe('1500');
  });

  it('a function runs in one transaction', async () => {
    await using one = await runner(url);
    await one.alone(() =>
      one.migrations.apply({
        ...step('1', ''),
        script: async (database) => {
          await database.execute('create table a (n int)');
          await database.query('insert into a values ($1)', [7]);
        },
      }),
    );
    expect(await sql('select n from a')).toBe('7');
  });

  it('who blocks is named, and a signal stops the wait', async () => {
    await sql('create table a (n int)');
    await using app = await opened(`${direct}?application_name=web`);
    await app.query('begin');
    await app.query('lock table a');
    await using one = await runner(url);
    await one.alone(async () => {
      const error = (await rejection(
        one.migrations.apply(step('1', 'drop table a', 2000)),
      )) as StatementFailure;
      expect((error.reason as JemError).details.why).toContain(
        `process ${app.backendPid} (user "postgres", application "web"`,
      );
      const failed = rejection(one.migrations.apply(step('1', 'drop table a', 60_000)));
      await until(
        'it to wait',
        async () =>
          (await sql(
            "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
          )) === '1',
      );
      const reason = new Interrupted('SIGINT');
      one.stop.abort(reason);
      expect(await failed).toBe(reason);
    });
    expect(
      await sql(
        "select count(*) from pg_stat_activity where datname = current_database() and xact_start is not null and application_name = 'jem-db'",
      ),
    ).toBe('0');
  });

  it('a file without a transaction is refused', async () => {
    await using one = await runner(url);
    const error = await one.alone(() =>
      rejection(one.migrations.applyUnwrapped(unwrapped('1', 'vacuum'))),
    );
    expect(error).toMatchObject({
      code: 'pooler-in-the-way',
      details: { hint: expect.stringContaining('directUrl') },
    });
    expect((error as Error).message + JSON.stringify((error as JemError).details)).not.toContain(
      'secret',
    );
  });
});

describe('a pool of one connection', () => {
  it('is enough, even to find out who blocks', async () => {
    const server = await sharedPostgres(postgresVersions()[0]!.major);
    const direct = await server.createDatabase();
    await using pooler = await startPgBouncer(server, {
      poolMode: 'transaction',
      conf: ['default_pool_size = 1'],
    });
    await using app = await opened(direct);
    await app.query('create table a (n int)');
    await app.query('begin');
    await app.query('lock table a');
    await using one = await runner(pooler.url(new URL(direct).pathname.slice(1)));
    await one.alone(async () => {
      const error = (await rejection(
        one.migrations.apply(step('1', 'drop table a', 2000)),
      )) as StatementFailure;
      expect(error.reason).toMatchObject({ code: 'lock-timeout' });
      await app.query('commit');
      expect(await one.migrations.apply(step('1', 'drop table a', 2000))).toBe('done');
    });
  });
});
