import { rejection } from '../../support/rejection.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Blocker, StatementFailure } from '../../../src/engines/migrating.ts';
import type { JemError } from '../../../src/errors.ts';
import { Interrupted } from '../../../src/errors.ts';
import { lockKey, lockWords } from '../../../src/engines/postgres/lock-key.ts';
import {
  postgresVersions,
  sharedPostgres,
  startPostgres,
  type PostgresServer,
} from '../../support/postgres.ts';
import { until } from '../../support/until.ts';
import { opened } from './connecting.ts';
import { runner, step, unwrapped } from './migrating.ts';

describe.for(postgresVersions())('locks on PostgreSQL $major', ({ major }) => {
  let server: PostgresServer;
  let url: string;
  beforeEach(async () => {
    server = await sharedPostgres(major);
    url = await server.createDatabase();
  });
  const sql = (text: string) => server.psql(text, new URL(url).pathname.slice(1));
  const openSessions = () =>
    sql(
      'select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );

  it('of another runner are waited for without a transaction, telling who holds them', async () => {
    await using one = await runner(url);
    const told: (Blocker | null)[] = [];
    const onWait = (holder: Blocker | null) => void told.push(holder);
    await using two = await runner(url, { wait: { timeout: 20_000, onWait } });
    await sql('create table a (n int); insert into a values (1)');
    const waiting = one.alone(async () => {
      const second = two.alone(async () => 'second');
      await until('the second to wait', () => told.length > 2);
      expect(
        await sql(
          `select state, xact_start is null from pg_stat_activity where pid = ${two.session.backendPid}`,
        ),
      ).toBe('idle|t');
      await one.migrations.applyUnwrapped(unwrapped('1', 'create index concurrently a_n on a (n)'));
      return { second };
    });
    const { second } = await waiting;
    expect(await second).toBe('second');
    expect(told[0]?.description).toContain(
      `process ${one.session.backendPid} (user "postgres", application "jem-db"`,
    );
    expect(told[0]?.description).toContain('connected since 20');
  });

  it('of another runner are given up in the end', async () => {
    await using one = await runner(url);
    await using two = await runner(url, { wait: { timeout: 200 } });
    await one.alone(async () => {
      const error = await rejection(two.alone(async () => {}));
      expect(error).toMatchObject({ code: 'runner-busy', exitCode: 3 });
      expect((error as JemError).details.why).toContain(`process ${one.session.backendPid}`);
    });
    expect(await two.alone(async () => 'free')).toBe('free');
  });

  it('of another runner are waited for until a signal', async () => {
    await using one = await runner(url);
    let waits = 0;
    await using two = await runner(url, { wait: { onWait: () => void waits++ } });
    await one.alone(async () => {
      const waiting = rejection(two.alone(async () => {}));
      await until('the second to wait', () => waits > 0);
      two.stop.abort(new Interrupted('SIGTERM'));
      expect(await waiting).toBeInstanceOf(Interrupted);
    });
  });

  it('are let go when the work fails, and a ledger elsewhere has its own', async () => {
    await using one = await runner(url);
    await using two = await runner(url);
    await using other = await runner(url, { ledgerTable: 'other' });
    const failure = new Error('mine');
    expect(
      await rejection(
        one.alone(async () => {
          throw failure;
        }),
      ),
    ).toBe(failure);
    await two.alone(() => other.alone(async () => {}));
  });

  it('are found in pg_locks under the two halves of their key', async () => {
    await using one = await runner(url);
    await one.alone(async () => {
      const [high, low] = lockWords(lockKey('"public"."jem_db_migrations"'));
      expect(
        await sql(
          `select classid, objid from pg_locks where locktype = 'advisory' and pid = ${one.session.backendPid}`,
        ),
      ).toBe(`${high}|${low}`);
    });
  });

  it('of a table make a try fail soon, naming who holds them, without their data', async () => {
    await sql('create table a (n int, t text)');
    await using app = await opened(`${url}?application_name=web`);
    await app.query('begin');
    await app.query("insert into a values (1, 'secret')");
    await using one = await runner(url);
    await one.alone(async () => {
      const failed = one.migrations.apply(step('1', 'select 1; alter table a add m int', 2000));
      const error = (await rejection(failed)) as StatementFailure;
      expect(error).toMatchObject({ statement: 1, offset: 10 });
      const { code, exitCode, details } = error.reason as JemError;
      expect({ code, exitCode }).toEqual({ code: 'lock-timeout', exitCode: 3 });
      expect(details.why).toMatch(
        new RegExp(
          `process ${app.backendPid} \\(user "postgres", application "web", idle in transaction for \\d`,
        ),
      );
      expect(details.why).toContain('insert into a values (?, ?)');
      expect(details.why).not.toContain('secret');
      expect(details.hint).toContain(`pg_terminate_backend(${app.backendPid})`);
      await app.query('rollback');
      expect(await one.migrations.apply(step('1', 'alter table a add m int', 2000))).toBe('done');
    });
  });

  it('of a prepared transaction are named by its id', async () => {
    const { bin } = postgresVersions().find((each) => each.major === major)!;
    await using own = await startPostgres({ bin, conf: ['max_prepared_transactions = 2'] });
    await own.psql(
      "create table a (n int); begin; insert into a values (1); prepare transaction 'left'",
    );
    await using one = await runner(own.url());
    await one.alone(async () => {
      const error = (await rejection(
        one.migrations.apply(step('1', 'drop table a', 2000)),
      )) as StatementFailure;
      const { details } = error.reason as JemError;
      expect(details.why).toContain(`prepared transaction 'left' (user "postgres"`);
      expect(details.hint).toContain("ROLLBACK PREPARED 'left'");
    });
  });

  it('that are there at once open no second connection', async () => {
    await using one = await runner(url);
    await one.alone(async () => {
      await one.migrations.apply(step('1', 'create table a (n int)', 50));
      expect(await openSessions()).toBe('1');
      await one.migrations.apply(step('2', 'select pg_sleep(0.4)', 50));
    });
    expect(await openSessions()).toBe('1');
  });

  it('of a long statement are let go on a signal, and nothing is left', async () => {
    await using one = await runner(url);
    await one.alone(async () => {
      const started = performance.now();
      const failed = rejection(
        one.migrations.apply(step('1', 'create table a (n int); select pg_sleep(60)')),
      );
      await until(
        'the statement to run',
        async () =>
          (await sql(
            "select count(*) from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()",
          )) === '1',
      );
      const reason = new Interrupted('SIGINT');
      one.stop.abort(reason);
      expect(await failed).toBe(reason);
      expect(performance.now() - started).toBeLessThan(10_000);
      expect(one.session.client.getTransactionStatus()).toBe('I');
    });
    expect(await sql("select to_regclass('a') is null")).toBe('t');
    expect(
      await sql(
        "select count(*) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())",
      ),
    ).toBe('0');
  });
});
