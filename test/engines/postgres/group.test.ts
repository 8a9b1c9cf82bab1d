import { rejection } from '../../support/rejection.ts';
import { Socket } from 'node:net';
import { assert, describe, expect, it } from 'vitest';
import { StatementFailure, type Step } from '../../../src/engines/migrating.ts';
import type { JemError } from '../../../src/errors.ts';
import { startPgBouncer } from '../../support/pgbouncer.ts';
import { postgresVersions, sharedPostgres } from '../../support/postgres.ts';
import { until } from '../../support/until.ts';
import { insert, runner, script, step, type Runner } from './migrating.ts';
import { startProxy } from './proxy.ts';

const table = (name: string, more = ''): Step =>
  step(name, `create table ${name} (n int); ${more}`);

describe.for(postgresVersions())('a group of steps on PostgreSQL $major', ({ major }) => {
  const database = async () => {
    const server = await sharedPostgres(major);
    const url = await server.createDatabase();
    const sql = (text: string) => server.psql(text, new URL(url).pathname.slice(1));
    const tables = async () =>
      await sql(
        "select string_agg(relname, ' ' order by relname) from pg_class where relname ~ '^.$'",
      );
    return { server, url, sql, tables };
  };
  const together = (one: Runner, steps: readonly Step[]) => one.migrations.applyGroup!(steps);
  const names = async (one: Runner) => (await one.migrations.read())?.map(({ name }) => name);
  const sleeps = (sql: (text: string) => Promise<string>) =>
    until(
      'it to run',
      async () =>
        (await sql(
          "select count(*) from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()",
        )) === '1',
    );

  it('is sent before anything is answered, and leaves what single steps leave', async () => {
    const { url, sql, tables } = await database();
    await using one = await runner(url);
    const texts = { upSql: "it's \\ é $$", downSql: '\u{1F600}' };
    const steps = [
      table('a', 'insert into a values (1); -- ü'),
      step('b', '-- nothing'),
      { ...table('c'), change: insert('c', texts) },
      step('d', 'create table d as select now() as at; select pg_sleep(0.2)'),
      step('e', 'create table e as select now() as at'),
    ];
    await one.alone(async () => {
      const { client } = one.session;
      const { stream } = client.connection;
      assert(stream instanceof Socket);
      let written = 0;
      client.connection.once('readyForQuery', () => (written = stream.bytesWritten));
      const outcome = await together(one, steps);
      expect(stream.bytesWritten).toBe(written);
      expect(outcome.failure).toBeNull();
      expect(outcome.results.map((each) => each.outcome)).toEqual(steps.map(() => 'done'));
      expect(outcome.results[3]!.durationMs).toBeGreaterThanOrEqual(190);
      expect(outcome.results[4]!.durationMs).toBeLessThan(190);
    });
    expect(await tables()).toBe('a c d e');
    expect(await one.migrations.texts('c')).toEqual(texts);
    // Each transaction has a time of its own.
    expect(await sql("select e.at - d.at > '190 ms' from d, e")).toBe('t');

    const other = await database();
    await using single = await runner(other.url);
    await single.alone(async () => {
      for (const each of steps) await single.migrations.apply(each);
    });
    const content = (rows: Awaited<ReturnType<Runner['migrations']['read']>>) =>
      rows?.map(({ appliedAt: _at, durationMs, ...more }) => ({
        ...more,
        quick: durationMs < 190,
      }));
    expect(content(await one.migrations.read())).toEqual(content(await single.migrations.read()));
  });

  it.for([
    [
      'an error of SQL',
      'create table c (n int); insert into nothing values (1)',
      1,
      'nothing values (1)',
      'object-missing',
    ],
    ['a syntax error', 'create table c (n int); select 1 +; -- é', 1, '; -- é', 'syntax-error'],
    [
      'a syntax error in front',
      '/* é */ selekt 1; create table c (n int)',
      0,
      'selekt 1; create table c (n int)',
      'syntax-error',
    ],
    [
      'a constraint at the commit',
      'create table c (n int unique deferrable initially deferred); insert into c values (1), (1)',
      2,
      null,
      'constraint-violated',
    ],
    [
      'a transaction of its own',
      'create table c (n int); rollback; select 1/0',
      2,
      'select 1/0',
      'sql-error',
    ],
  ] as const)(
    'keeps what stands before %s, and runs none behind',
    async ([, text, at, found, code]) => {
      const { url, sql, tables } = await database();
      await using one = await runner(url);
      await one.alone(async () => {
        const steps = [
          table('a'),
          table('b'),
          step('c', text),
          step('d', 'selekt'),
          table('e'),
          table('f'),
        ];
        const outcome = await together(one, steps);
        expect(outcome.results).toHaveLength(2);
        const failure = outcome.failure as StatementFailure;
        expect(failure).toBeInstanceOf(StatementFailure);
        const { offset } = failure;
        expect(failure).toMatchObject({ statement: at, reason: { code } });
        expect(offset === null ? null : Buffer.from(text).subarray(offset).toString()).toBe(found);
        expect(await tables()).toBe('a b');
        expect(await names(one)).toEqual(['a', 'b']);
        expect(
          await one.session.query("select name from pg_settings where source = 'session'"),
        ).toEqual([]);
        const alone = await rejection(one.migrations.apply(steps[2]!));
        expect(alone).toEqual(failure);
        expect(await together(one, [table('e'), table('f')])).toMatchObject({ failure: null });
      });
      expect(await sql('select count(*) from jem_db_migrations')).toBe('4');
    },
  );

  it('throws as a single step does where the first fails, also behind a group that stopped', async () => {
    const { url, tables } = await database();
    await using one = await runner(url);
    await one.alone(async () => {
      await together(one, [table('a'), step('b', 'selekt'), table('c')]);
      for (const broken of ['selekt', 'select 1/0']) {
        const first = step('b', broken);
        const error = await rejection(together(one, [first, table('c'), table('d')]));
        expect(error).toEqual(await rejection(one.migrations.apply(first)));
      }
      expect(await together(one, [])).toEqual({ results: [], failure: null });
    });
    expect(await tables()).toBe('a');
  });

  it('names who held a lock too long', async () => {
    const { url, tables } = await database();
    await using one = await runner(url);
    await using other = await runner(url);
    await other.session.query('create table x (n int)');
    await other.session.query('begin; lock table x');
    await one.alone(async () => {
      const steps = [table('a'), step('b', 'alter table x add column m int'), table('c')];
      const outcome = await together(
        one,
        steps.map((each) => ({ ...each, lockTimeout: 600 })),
      );
      expect(outcome.results).toHaveLength(1);
      const failure = outcome.failure as StatementFailure;
      expect(failure).toMatchObject({ statement: 0, reason: { code: 'lock-timeout' } });
      expect((failure.reason as JemError).details.why).toContain(String(other.session.backendPid));
    });
    expect(await tables()).toBe('a x');
  });

  it('takes nothing of one step to the next', async () => {
    const { url, sql } = await database();
    await using one = await runner(url);
    const role = `member_${major}_${process.pid}`;
    await sql(`create role ${role}; grant create on schema public to ${role}`);
    const settings = () =>
      one.session.query("select name, setting from pg_settings where source = 'session'");
    await one.alone(async () => {
      const before = await settings();
      const outcome = await together(one, [
        step('1', `set session authorization ${role}; create table a (n int)`),
        step(
          '2',
          "set search_path = ''; set standard_conforming_strings = off; set client_encoding = 'LATIN1'; set datestyle = 'German'; create temp table scratch (n int)",
        ),
        step('3', `create temp table scratch (n int); create table b as select 'é\\' as t`),
        {
          ...step('4', "create table c as select current_setting('lock_timeout') as t"),
          change: insert("it's 'é' \\"),
        },
      ]);
      expect(outcome.failure).toBeNull();
      expect(outcome.results).toHaveLength(4);
      expect(await settings()).toEqual(before);
    });
    expect(await sql('select t from b union all select t from c')).toBe('é\\\n2s');
    expect(
      await sql(
        "select relowner::regrole from pg_class where relname in ('a', 'b') order by relname",
      ),
    ).toBe(`${role}\npostgres`);
    await sql(`drop owned by ${role}; drop role ${role}`);
  });

  it('stops at a signal, and tells what was committed', async () => {
    const { url, sql, tables } = await database();
    await using one = await runner(url);
    const outcome = await one.alone(async () => {
      const running = together(one, [
        table('a'),
        table('b', 'select pg_sleep(60)'),
        table('c'),
        table('d'),
      ]);
      await sleeps(sql);
      one.stop.abort(new Error('enough'));
      return running;
    });
    expect(outcome.results).toHaveLength(1);
    expect(outcome.failure).toEqual(new Error('enough'));
    expect(await tables()).toBe('a');
    expect(await names(one)).toEqual(['a']);
  });

  it('tells what was committed when an administrator ends the connection', async () => {
    const { url, sql, tables } = await database();
    await using one = await runner(url);
    const outcome = await one.alone(async () => {
      const running = together(one, [table('a'), table('b', 'select pg_sleep(60)'), table('c')]);
      await sleeps(sql);
      await sql(`select pg_terminate_backend(${one.session.backendPid})`);
      return running;
    });
    expect(outcome.results).toHaveLength(1);
    expect(outcome.failure).toMatchObject({ code: 'connection-lost' });
    expect(await tables()).toBe('a');
  });

  it('looks in the ledger for what the server did without us', async () => {
    const { url, server, tables } = await database();
    await using proxy = await startProxy(server.port);
    await using one = await runner(url.replace(/:\d+\//, `:${proxy.port}/`));
    const all = ['a', 'b', 'c', 'd'];
    const outcome = await one.alone(async () => {
      proxy.cutAtNextAnswer();
      const steps = all.map((name) => table(name, name === 'd' ? 'select pg_sleep(60)' : ''));
      return together(one, steps);
    });
    expect(outcome.failure).toMatchObject({ code: 'connection-lost' });
    const done = (await tables()).split(' ');
    expect(done).toEqual(all.slice(0, outcome.results.length));
    await using two = await runner(url);
    expect(await names(two)).toEqual(done);
  });

  it('goes down as well', async () => {
    const { url, tables } = await database();
    await using one = await runner(url);
    const down = (name: string, text: string): Step => ({
      change: { kind: 'delete', name },
      script: script(text),
      lockTimeout: 1000,
    });
    await one.alone(async () => {
      await together(
        one,
        ['a', 'b', 'c', 'd'].map((name) => table(name)),
      );
      const outcome = await together(one, [
        down('d', 'drop table d'),
        down('c', 'drop table c'),
        down('b', 'drop table nothing'),
        down('a', 'drop table a'),
      ]);
      expect(outcome.results).toHaveLength(2);
      expect(outcome.failure).toMatchObject({ statement: 0, reason: { code: 'object-missing' } });
    });
    expect(await tables()).toBe('a b');
    expect(await names(one)).toEqual(['a', 'b']);
  });

  it('ends before what has to go by itself', async () => {
    const { url } = await database();
    await using one = await runner(url);
    const lengths = (steps: readonly Step[]) =>
      together(one, steps).then(({ results }) => results.length);
    let count = 0;
    const next = (more = ''): Step => table(`t${count++}`, more);
    await one.alone(async () => {
      expect(await lengths([next(), { ...next(), script: async () => {} }, next()])).toBe(1);
      expect(await lengths([next(), next(), { ...next(), lockTimeout: 5 }])).toBe(2);
      expect(await lengths([next(), next(`-- ${'x'.repeat(200_000)}`), next()])).toBe(1);
      expect(await lengths([next(`-- ${'x'.repeat(200_000)}`), next()])).toBe(1);
      expect(await lengths(Array.from({ length: 120 }, () => next()))).toBe(50);
      const copy = step('copy', 'create table x (n int); copy x from stdin');
      const [before, behind] = [next(), next()];
      expect(await lengths([before, copy, behind])).toBe(1);
      const error = await rejection(together(one, [copy, behind]));
      expect(error).toEqual(await rejection(one.migrations.apply(copy)));
      expect(await lengths([behind])).toBe(1);
    });
  });

  it('is a single step behind a pooler', async () => {
    const { server, url, tables } = await database();
    await using pooler = await startPgBouncer(server, { poolMode: 'transaction' });
    await using one = await runner(pooler.url(new URL(url).pathname.slice(1)));
    const outcome = await one.alone(() => together(one, [table('a'), table('b')]));
    expect(outcome).toMatchObject({ results: [{ outcome: 'done' }], failure: null });
    expect(await tables()).toBe('a');
  });
});
