import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from './folders.ts';
import { startPgBouncer } from './pgbouncer.ts';
import { postgresVersions, sharedPostgres, startPostgres, startStandby } from './postgres.ts';
import { until } from './until.ts';

describe.each(postgresVersions())('PostgreSQL $major', ({ major, bin }) => {
  const ask = async (url: string, sql: string) => {
    const { stdout } = await execa(`${bin}/psql`, ['-XAtq', '-c', sql, url]);
    return stdout;
  };

  test('the shared server gives each test a database', async () => {
    const server = await sharedPostgres(major);
    const url = await server.createDatabase();
    expect(await ask(url, 'select current_database()')).toMatch(/^test_/);
    expect(await server.psql('show server_version')).toMatch(new RegExp(`^${major}\\.`));
  });

  test('a server of its own takes settings and files, and can be killed', async () => {
    await using server = await startPostgres({
      bin,
      conf: ["application_name = 'mine'"],
      hba: ['hostnossl all stranger all reject'],
      files: { 'note.txt': 'hello' },
    });
    expect(await server.psql("select pg_read_file('note.txt')")).toBe('hello');
    expect(await server.psql('show application_name')).not.toBe('');
    await server.kill();
    await expect(server.psql('select 1')).rejects.toThrow(/psql/);
    await server.start();
    await server.stop();
    await server.start();
    expect(await server.psql('select 1')).toBe('1');
  });

  test('a standby follows', async () => {
    await using primary = await startPostgres({ bin });
    await using standby = await startStandby(primary);
    await primary.psql('create table t as select 7 as n');
    const shown = await until('the row', () => standby.psql('select n from t').catch(() => null));
    expect(shown).toBe('7');
    expect(await standby.psql('select pg_is_in_recovery()')).toBe('t');
  });

  test('a pooler in transaction mode is in between', async () => {
    const server = await sharedPostgres(major);
    await using pooler = await startPgBouncer(server, { poolMode: 'transaction' });
    const database = new URL(await server.createDatabase()).pathname.slice(1);
    expect(await ask(pooler.url(database), 'select current_database()')).toBe(database);
  });
});

test('a temporary folder is gone afterwards', async () => {
  const folder = await temporaryFolder();
  await folder[Symbol.asyncDispose]();
  await expect(execa('ls', [folder.path])).rejects.toThrow(/No such file/);
});
