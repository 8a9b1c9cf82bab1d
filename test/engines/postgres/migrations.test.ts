import { rejection } from '../../support/rejection.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { parseTableName } from '../../../src/engines/postgres/table-name.ts';
import {
  postgresVersions,
  sharedPostgres,
  startPostgres,
  startStandby,
  type PostgresServer,
} from '../../support/postgres.ts';
import { insert, runner, step } from './migrating.ts';

describe.for(postgresVersions())('the ledger on PostgreSQL $major', ({ major }) => {
  let server: PostgresServer;
  let url: string;
  beforeEach(async () => {
    server = await sharedPostgres(major);
    url = await server.createDatabase();
  });
  const sql = (text: string) => server.psql(text, new URL(url).pathname.slice(1));

  it('is not created by looking', async () => {
    await using one = await runner(url);
    await one.migrations.prepare();
    expect(await one.migrations.read()).toBeNull();
    expect(await sql("select count(*) from pg_class where relname like 'jem%'")).toBe('0');
  });

  it('is looked at in one round trip', async () => {
    await using before = await runner(url);
    await before.alone(async () => {});
    await using one = await runner(url);
    let messages = 0;
    one.session.client.connection.on('readyForQuery', () => messages++);
    await one.migrations.prepare();
    expect(messages).toBe(1);
    await one.migrations.read();
    expect(messages).toBe(2);
  });

  it('may lie in a schema of its own, which is created with it', async () => {
    await using one = await runner(url, { ledgerTable: 'ops.Migrations' });
    expect(await one.migrations.read()).toBeNull();
    await one.alone(() => one.migrations.apply(step('1', 'create table a (n int)')));
    expect(await sql('select name from ops."Migrations"')).toBe('1');
    await using two = await runner(url, { ledgerTable: 'ops.Migrations' });
    expect(await two.migrations.read()).toMatchObject([{ name: '1' }]);
  });

  it('stays where it is when a nearer schema appears', async () => {
    await using one = await runner(url);
    await one.alone(() => one.migrations.apply(step('1', 'create schema postgres')));
    await using two = await runner(url);
    await two.alone(() => two.migrations.apply(step('2', 'select 1')));
    expect(await sql('select count(*) from public.jem_db_migrations')).toBe('2');
  });

  it('says what to do where no schema can hold it', async () => {
    await sql('drop schema public');
    await using one = await runner(url);
    expect(await one.migrations.read()).toBeNull();
    const error = await rejection(one.alone(async () => {}));
    expect(error).toMatchObject({
      code: 'object-missing',
      details: { hint: expect.stringContaining('--ledger-table') },
    });
  });

  it('can be read with read rights alone', async () => {
    await using one = await runner(url);
    await one.alone(() => one.migrations.apply(step('1', 'select 1')));
    const reader = `reader_${major}_${process.pid}`;
    await sql(
      `create role ${reader} login password 'x'; grant select on jem_db_migrations to ${reader}`,
    );
    const as = new URL(url);
    as.username = reader;
    as.password = 'x';
    await using two = await runner(as.href);
    expect(await two.migrations.read()).toMatchObject([{ name: '1' }]);
    const error = await rejection(two.alone(() => two.migrations.apply(step('2', 'select 1'))));
    expect(error).toMatchObject({ code: 'permission-denied' });
    expect(await sql('select count(*) from jem_db_migrations')).toBe('1');
    await sql(`drop owned by ${reader}; drop role ${reader}`);
  });

  it('is not taken for another table of that name', async () => {
    await sql('create table jem_db_migrations (version text)');
    await using one = await runner(url);
    expect(await rejection(one.migrations.read())).toMatchObject({ code: 'ledger-foreign' });
  });

  it('takes changes alone, all or none', async () => {
    await using one = await runner(url);
    await one.alone(() => one.migrations.record([insert('1'), insert('2'), insert('3')]));
    expect((await one.migrations.read())?.map(({ name }) => name)).toEqual(['1', '2', '3']);
    const twice = one.migrations.record([{ kind: 'delete', name: '1' }, insert('2')]);
    expect(await rejection(twice)).toMatchObject({ code: 'constraint-violated' });
    expect((await one.migrations.read())?.length).toBe(3);
  });

  it('accepts a changed file, and one that is gone', async () => {
    await using one = await runner(url);
    await one.alone(() => one.migrations.record([insert('1', { upSql: 'old' })]));
    const accepted = { checksum: 'new', upSql: 'select 1', downSql: null, fileGone: true };
    await one.migrations.accept('1', accepted);
    expect(await one.migrations.read()).toMatchObject([{ checksum: 'new', fileGone: true }]);
    expect(await one.migrations.texts('1')).toEqual({ upSql: 'select 1', downSql: null });
    const missing = one.migrations.accept('2', accepted);
    expect(await rejection(missing)).toMatchObject({ code: 'migration-not-found' });
  });

  it('leaves out a text that PostgreSQL cannot hold', async () => {
    await using one = await runner(url);
    await one.alone(() => one.migrations.record([insert('1', { upSql: 'a\0b', downSql: 'c' })]));
    expect(await one.migrations.texts('1')).toEqual({ upSql: null, downSql: 'c' });
    expect(await one.migrations.texts('none')).toEqual({ upSql: null, downSql: null });
  });

  it('of another tool is read wherever it lies', async () => {
    await sql(`create schema drizzle; create table drizzle.__drizzle_migrations (id int, hash text);
      insert into drizzle.__drizzle_migrations values (1, 'abc'); create table "SequelizeMeta" (name text)`);
    await using one = await runner(url);
    const { migrations } = one;
    expect(await migrations.foreignRows('drizzle.__drizzle_migrations')).toEqual([
      { id: 1, hash: 'abc' },
    ]);
    expect(await migrations.foreignRows('SequelizeMeta')).toEqual([]);
    expect(await migrations.foreignRows('schema_migrations')).toBeNull();
    expect(await migrations.foreignRows('nowhere.migrations')).toBeNull();
  });

  it('is created once by eight runners, and each migration runs once', async () => {
    const runners = await Promise.all(Array.from({ length: 8 }, () => runner(url)));
    const names = ['1', '2', '3', '4'];
    const work = async (one: (typeof runners)[number]): Promise<string[]> =>
      one.alone(async () => {
        const there = new Set((await one.migrations.read())?.map(({ name }) => name));
        const left = names.filter((name) => !there.has(name));
        for (const name of left)
          await one.migrations.apply(step(name, `create table t${name} (n int)`));
        return left;
      });
    const done = await Promise.all(runners.map(work));
    expect(done.flat()).toEqual(names);
    expect(await sql('select count(*) from jem_db_migrations')).toBe('4');
    await Promise.all(runners.map((one) => one[Symbol.asyncDispose]()));
  });

  it('cannot be written where everything is read-only', async () => {
    const readOnly = `${url}?options=-c%20default_transaction_read_only%3Don`;
    await using one = await runner(readOnly);
    const error = await rejection(one.migrations.prepare());
    expect(error).toMatchObject({ code: 'read-only-target', exitCode: 4 });
    expect(error).toMatchObject({ message: expect.not.stringContaining('secret') });
  });
});

describe('a standby', () => {
  it('is read, and refused for anything else', async () => {
    const { bin } = postgresVersions()[0]!;
    await using primary = await startPostgres({ bin });
    await using one = await runner(primary.url());
    await one.alone(() => one.migrations.apply(step('1', 'select 1')));
    await using standby = await startStandby(primary);
    await using two = await runner(standby.url());
    expect(await two.migrations.read()).toMatchObject([{ name: '1' }]);
    const error = await rejection(two.migrations.prepare());
    expect(error).toMatchObject({
      code: 'read-only-target',
      details: { hint: expect.stringContaining('target_session_attrs') },
    });
  });
});

describe('the name of a table', () => {
  it.for([
    ['a', null, 'a'],
    ['Ops.Migrations', 'Ops', 'Migrations'],
    ['"o.p""s".m', 'o.p"s', 'm'],
    ['with space', null, 'with space'],
  ] as const)('%s', ([text, schema, table]) => {
    expect(parseTableName(text)).toEqual({ schema, table });
  });

  it.for(['', 'a.b.c', '.a', 'a.', '"a', 'a\0'])('is refused: %j', (text) => {
    expect(() => parseTableName(text)).toThrow(expect.objectContaining({ code: 'bad-setting' }));
  });
});
