import { rejection } from '../../support/rejection.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ScriptFunction, Step } from '../../../src/engines/migrating.ts';
import { Interrupted } from '../../../src/errors.ts';
import { postgresVersions, sharedPostgres, type PostgresServer } from '../../support/postgres.ts';
import { insert, runner } from './migrating.ts';

const step = (name: string, script: ScriptFunction): Step => ({
  change: insert(name),
  script,
  lockTimeout: 1000,
});

describe.for(postgresVersions())('functions on PostgreSQL $major', ({ major }) => {
  let server: PostgresServer;
  let url: string;
  beforeEach(async () => {
    server = await sharedPostgres(major);
    url = await server.createDatabase();
  });
  const sql = (text: string) => server.psql(text, new URL(url).pathname.slice(1));

  it('run in the transaction of their row', async () => {
    await using one = await runner(url);
    await one.alone(() =>
      one.migrations.apply(
        step('1', async (database) => {
          expect(database.engine).toBe('postgres');
          await database.execute("create table a (n int, t text); set search_path = ''");
          await Promise.all(
            [1, 2, 3].map((n) =>
              database.query('insert into public.a values ($1, $2)', [n, "it's"]),
            ),
          );
          expect(await database.query('select count(*)::int as n from public.a')).toEqual([
            { n: 3 },
          ]);
        }),
      ),
    );
    expect(await one.migrations.read()).toMatchObject([{ name: '1', statementsDone: null }]);
    expect(await sql('select sum(n) from a')).toBe('6');
  });

  it('leave nothing behind when they fail, for whatever reason', async () => {
    await using one = await runner(url);
    const mine = new Error('mine');
    const create = 'create table a (n int)';
    await one.alone(async () => {
      const apply = (script: ScriptFunction) => rejection(one.migrations.apply(step('1', script)));
      expect(
        await apply(async (database) => {
          await database.execute(create);
          throw mine;
        }),
      ).toBe(mine);
      expect(
        await apply(async (database) => {
          await database.execute(create);
          await database.query('select nothing');
        }),
      ).toMatchObject({ code: 'object-missing' });
      // An error that nobody looked at must not end in half a migration.
      expect(
        await apply(async (database) => {
          await database.execute(create);
          void database.query('select nothing');
        }),
      ).toMatchObject({ code: 'object-missing' });
      expect(await apply((database) => database.execute(`${create}; commit`))).toMatchObject({
        code: 'migration-transaction-control',
      });
      await sql('drop table a');
      expect(await one.migrations.read()).toEqual([]);
      expect(
        await one.migrations.apply(
          step('1', async (database) => {
            await database.execute('savepoint s');
            await database.query('select nothing').catch(() => database.execute('rollback to s'));
            await database.execute(create);
          }),
        ),
      ).toBe('done');
    });
    expect(await sql('select count(*) from a')).toBe('0');
  });

  it('cannot go on when they have returned', async () => {
    await using one = await runner(url);
    let later: () => Promise<unknown> = async () => null;
    await one.alone(async () => {
      await one.migrations.apply(
        step('1', async (database) => {
          later = () => database.query('select 1');
        }),
      );
      expect(await rejection(later())).toMatchObject({ code: 'internal' });
    });
  });

  it('stop on a signal', async () => {
    await using one = await runner(url);
    const reason = new Interrupted('SIGINT');
    const error = await one.alone(() =>
      rejection(
        one.migrations.apply(
          step('1', async (database) => {
            await database.execute('create table a (n int)');
            setTimeout(() => one.stop.abort(reason), 50);
            await database.query('select pg_sleep(60)');
          }),
        ),
      ),
    );
    expect(error).toBe(reason);
    expect(await sql("select to_regclass('a') is null")).toBe('t');
  });
});
