import { rejection } from '../../support/rejection.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { StatementFailure } from '../../../src/engines/migrating.ts';
import type { JemError } from '../../../src/errors.ts';
import { postgresVersions, sharedPostgres, type PostgresServer } from '../../support/postgres.ts';
import { insert, row, runner, script, step } from './migrating.ts';

describe.for(postgresVersions())('scripts on PostgreSQL $major', ({ major }) => {
  let server: PostgresServer;
  let url: string;
  beforeEach(async () => {
    server = await sharedPostgres(major);
    url = await server.createDatabase();
  });
  const sql = (text: string) => server.psql(text, new URL(url).pathname.slice(1));

  it('are committed with their row of the ledger', async () => {
    await using one = await runner(url);
    expect(await one.migrations.read()).toBeNull();
    const outcome = await one.alone(() =>
      one.migrations.apply({
        change: insert('0001_a', { upSql: "it's \\ \u00e9 $$", downSql: 'drop table "\u{1F600}"' }),
        script: script('create table a (n int);\ninsert into a values (1); -- done'),
        lockTimeout: 1000,
      }),
    );
    expect(outcome).toBe('done');
    const [found] = (await one.migrations.read()) ?? [];
    expect(found).toEqual({
      name: '0001_a',
      checksum: 'sum-0001_a',
      appliedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      durationMs: expect.any(Number),
      toolVersion: '0.1.0',
      appliedBy: 'postgres@127.0.0.1 (jem-db)',
      statementsDone: null,
      fileGone: false,
    });
    expect(Math.abs(Date.parse(found!.appliedAt) - Date.now())).toBeLessThan(60_000);
    expect(await one.migrations.texts('0001_a')).toEqual({
      upSql: "it's \\ \u00e9 $$",
      downSql: 'drop table "\u{1F600}"',
    });
    expect(await sql('select n from a')).toBe('1');
  });

  it('take as long as the row says', async () => {
    await using one = await runner(url);
    await one.alone(() => one.migrations.apply(step('1', 'select pg_sleep(0.3)')));
    const [found] = (await one.migrations.read()) ?? [];
    expect(found?.durationMs).toBeGreaterThanOrEqual(300);
    expect(found?.durationMs).toBeLessThan(3000);
  });

  it('go to the server in one round trip', async () => {
    await using one = await runner(url);
    await one.alone(async () => {
      let messages = 0;
      const { client } = one.session;
      client.connection.on('readyForQuery', () => messages++);
      await one.migrations.apply(step('1', 'create table a (n int); create table b (n int)'));
      expect(messages).toBe(1);
    });
  });

  it('may be empty', async () => {
    await using one = await runner(url);
    await one.alone(async () => {
      await one.migrations.apply(step('1', ''));
      await one.migrations.apply(step('2', '-- nothing yet\n'));
      await one.migrations.apply(step('3', '\ufeffselect 1;;\r\n;'));
    });
    expect((await one.migrations.read())?.map(({ name }) => name)).toEqual(['1', '2', '3']);
  });

  it('leave nothing behind when a statement fails, and name it', async () => {
    await using one = await runner(url);
    const text = 'create table é (n int); /* ü */ insert into é\n  select nothing from é; select 1';
    const error = await one.alone(() => rejection(one.migrations.apply(step('1', text))));
    expect(error).toBeInstanceOf(StatementFailure);
    const { statement, offset, reason } = error as StatementFailure;
    expect(statement).toBe(1);
    expect(Buffer.from(text).subarray(offset!).toString()).toMatch(/^nothing from/);
    expect((reason as JemError).code).toBe('object-missing');
    expect(await sql("select count(*) from pg_class where relname = 'é'")).toBe('0');
    expect(await one.migrations.read()).toEqual([]);
    await one.alone(() => one.migrations.apply(step('1', 'select 1')));
  });

  it('are read as a whole first: a syntax error is found at its place', async () => {
    await using one = await runner(url);
    const text = "select 1; select 'ä'; selct 2; select 3";
    const error = await one.alone(() => rejection(one.migrations.apply(step('1', text))));
    expect(error).toMatchObject({ statement: 2, offset: Buffer.from(text).indexOf('selct') });
    expect((error as StatementFailure).reason).toMatchObject({ code: 'syntax-error' });
  });

  it('name the statement where the server names no place', async () => {
    await using one = await runner(url);
    const text = 'create table a (n int primary key);\ninsert into a values (1), (1);';
    const error = await one.alone(() => rejection(one.migrations.apply(step('1', text))));
    expect(error).toMatchObject({ statement: 1, offset: text.indexOf('insert') });
    expect((error as StatementFailure).reason).toMatchObject({
      code: 'constraint-violated',
      message: expect.stringContaining('a_pkey'),
    });
  });

  it('fail at the commit when a deferred constraint is broken', async () => {
    await using one = await runner(url);
    const text = `create table a (n int primary key);
      create table b (n int references a deferrable initially deferred);
      insert into b values (1);`;
    const error = await one.alone(() => rejection(one.migrations.apply(step('1', text))));
    expect(error).toMatchObject({ statement: 3, offset: null });
    expect((error as StatementFailure).reason).toMatchObject({ code: 'constraint-violated' });
    expect(await sql("select to_regclass('a') is null")).toBe('t');
    expect(await one.migrations.read()).toEqual([]);
  });

  it('cannot take their settings to the next one, nor hide the ledger from it', async () => {
    await using one = await runner(url);
    const settings = async () =>
      one.session.query(
        "select name, setting from pg_settings where source = 'session' order by name",
      );
    await one.alone(async () => {
      const before = await settings();
      await one.migrations.apply(
        step(
          '1',
          `select pg_catalog.set_config('search_path', '', false);
           set standard_conforming_strings = off; set backslash_quote = off;
           set client_encoding = 'LATIN1'; set row_security = off; set lock_timeout = 0;
           set datestyle = 'German'; set default_transaction_isolation = serializable;
           create temp table scratch (n int); create table public.a (n int);`,
        ),
      );
      expect(await settings()).toEqual(before);
      const change = insert("it's 'é' \\", { upSql: "\\'; drop table public.a; --" });
      const quoted = script('set standard_conforming_strings = off; create table b (n int)');
      await one.migrations.apply({ change, script: quoted, lockTimeout: 1000 });
      await one.migrations.apply(step('3', 'create temp table scratch (n int)'));
    });
    expect((await one.migrations.read())?.map(({ name }) => name)).toEqual([
      '1',
      "it's 'é' \\",
      '3',
    ]);
    expect(await one.migrations.texts("it's 'é' \\")).toMatchObject({
      upSql: "\\'; drop table public.a; --",
    });
    expect(await sql("select relnamespace::regnamespace from pg_class where relname = 'b'")).toBe(
      'public',
    );
  });

  it('may change the role, and the ledger is still written by the migrator', async () => {
    await using one = await runner(url);
    const role = `owner_${major}_${process.pid}`;
    await sql(`create role ${role}; grant create on schema public to ${role}`);
    await one.alone(async () => {
      await one.migrations.apply(step('1', `set role ${role}; create table a (n int)`));
      await one.migrations.apply(
        step('2', `set session authorization ${role}; create table b (n int)`),
      );
      await one.migrations.apply(step('3', 'create table c (n int)'));
    });
    expect(
      await sql(
        "select relname, relowner::regrole from pg_class where relname in ('a','b','c') order by 1",
      ),
    ).toBe(`a|${role}\nb|${role}\nc|postgres`);
    await sql(`drop owned by ${role}; drop role ${role}`);
  });

  it('shadow none of the functions and operators that the ledger needs', async () => {
    await using one = await runner(url);
    await one.alone(() =>
      one.migrations.apply(
        step(
          '1',
          `create schema trap;
           create function trap.clock_timestamp() returns timestamptz language sql as $$ select 'epoch'::timestamptz $$;
           create function trap.minus(timestamptz, timestamptz) returns interval language sql as $$ select '1 day'::interval $$;
           create operator trap.- (leftarg = timestamptz, rightarg = timestamptz, function = trap.minus);
           set search_path = trap, pg_catalog;`,
        ),
      ),
    );
    const [found] = (await one.migrations.read()) ?? [];
    expect(found?.durationMs).toBeLessThan(60_000);
    expect(found?.appliedAt).not.toMatch(/^1970/);
  });

  it('of more than a message are sent in groups, and are still one transaction', async () => {
    await using one = await runner(url);
    const line = (n: number) => `insert into a values (${n}, '${'x'.repeat(400)} ü');\n`;
    const many = Array.from({ length: 2000 }, (_, n) => line(n)).join('');
    const bytes = (tail: string) =>
      `set client_encoding = 'LATIN1';\ncreate table a (n int, t text);\n${many}${tail}`;
    await one.alone(async () => {
      const name = 'groß';
      const broken = bytes('insert into a values (0, nothing);').replace('LATIN1', 'UTF8');
      const error = await rejection(one.migrations.apply(step(name, broken)));
      expect(error).toMatchObject({ statement: 2002 });
      expect(
        Buffer.from(broken)
          .subarray((error as StatementFailure).offset!)
          .toString(),
      ).toMatch(/^nothing/);
      expect(await one.migrations.read()).toEqual([]);
      await one.migrations.apply(step(name, bytes('').replaceAll('ü', 'u')));
      expect((await one.migrations.read())?.map((each) => each.name)).toEqual([name]);
    });
    expect(await sql('select count(*) from a')).toBe('2000');
  });

  it('may hold one statement of many megabytes', async () => {
    await using one = await runner(url);
    const text = `create table a (t text); insert into a values ('${'é'.repeat(4_000_000)}'); insert into a values ('z')`;
    await one.alone(() => one.migrations.apply(step('1', text)));
    expect(await sql('select length(t) from a order by 1')).toBe('1\n4000000');
  });

  it('revert with their row', async () => {
    await using one = await runner(url);
    await one.alone(async () => {
      await one.migrations.apply(step('1', 'create table a (n int)'));
      const change = { kind: 'delete', name: '1' } as const;
      await one.migrations.apply({ change, script: script('drop table a'), lockTimeout: 1000 });
    });
    expect(await one.migrations.read()).toEqual([]);
    expect(await sql("select to_regclass('a') is null")).toBe('t');
  });

  it('replace the row of a try that stopped half-way, never that of a whole one', async () => {
    await using one = await runner(url);
    await one.alone(async () => {
      await one.migrations.record([{ kind: 'insert', row: row('1', { statementsDone: 2 }) }]);
      await one.migrations.read();
      await one.migrations.apply(step('1', 'create table a (n int)'));
      expect(await one.migrations.read()).toMatchObject([{ name: '1', statementsDone: null }]);
      const error = await rejection(one.migrations.apply(step('1', 'create table b (n int)')));
      expect(error).toMatchObject({ code: 'constraint-violated' });
    });
    expect(await sql("select to_regclass('b') is null")).toBe('t');
  });
});
