import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { sqliteEngine, testEngines } from '../support/databases.ts';
import { project, twoMigrations } from '../support/project.ts';
import { until } from '../support/until.ts';

const servers = testEngines().filter(({ engine }) => engine === 'postgres');
const quick = ['--lock-timeout', '1500ms', '--lock-retries', '1'];

describe.each(servers)('a table locked by the application on $title', ({ create }) => {
  it('gives up in a short time with exit 3, and names who holds it', async () => {
    await using database = await create();
    await using work = await project(
      { ...twoMigrations, '0003_more.up.sql': 'alter table users add column age integer;' },
      database.url,
    );
    await work.run(['migrate', 'up', '--to', '2']);
    const holder = new Client({ connectionString: database.url, application_name: 'the-app' });
    await holder.connect();
    await holder.query("begin; select * from users where name = 'secret-literal'");
    const { exitCode, stderr } = await work.run(['migrate', ...quick]);
    expect(exitCode).toBe(3);
    const said = stderr.replaceAll(/\s+/g, ' ');
    expect(said).toContain('the-app');
    expect(said).toContain('0003_more');
    expect(said).not.toContain('secret-literal');
    await holder.query('rollback');
    await holder.end();
    expect((await work.run(['migrate', ...quick])).exitCode).toBe(0);
  });

  it('waits in short tries, and goes on when the lock is let go', async () => {
    await using database = await create();
    await using work = await project(
      { ...twoMigrations, '0003_more.up.sql': 'alter table users add column age integer;' },
      database.url,
    );
    await work.run(['migrate', 'up', '--to', '2']);
    const holder = new Client({ connectionString: database.url });
    await holder.connect();
    await holder.query('begin; select * from users');
    const running = work.start(['migrate', '--lock-timeout', '200ms']);
    let told = '';
    for await (const line of running.iterable({ from: 'stderr' })) {
      told += line;
      if (told.includes('trying again')) await holder.query('rollback');
    }
    expect((await running).exitCode).toBe(0);
    await holder.end();
  });
});

describe('a database locked by a writer on SQLite', () => {
  it('gives up in a short time with exit 3, and goes on when the writer is done', async () => {
    await using database = await sqliteEngine.create();
    await using work = await project(twoMigrations, database.url);
    await work.run(['migrate', 'up', '--step', '1']);
    const writer = new Database(database.url);
    writer.exec('begin immediate');
    const { exitCode, stderr } = await work.run(['migrate', ...quick]);
    expect(exitCode).toBe(3);
    expect(stderr).toContain('lock');
    writer.exec('rollback');
    writer.close();
    expect((await work.run(['migrate', ...quick])).exitCode).toBe(0);
  });

  it('does so without a ledger, too: a writer is no runner', async () => {
    await using database = await sqliteEngine.create();
    await using work = await project(twoMigrations, database.url);
    const writer = new Database(database.url);
    writer.exec('create table x (a); begin immediate');
    const started = performance.now();
    const { exitCode, stderr } = await work.run(['migrate', ...quick]);
    expect(performance.now() - started).toBeLessThan(15_000);
    expect(exitCode).toBe(3);
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain('trying again in 1 s (1 of 1)');
    expect(stderr).not.toContain('Another runner');
    writer.exec('rollback');
    writer.close();
    expect((await work.run(['migrate', ...quick])).exitCode).toBe(0);
  });
});

describe('another runner on SQLite', () => {
  it('is waited for as long as it works, and told of; or as long as runner-timeout says', async () => {
    await using database = await sqliteEngine.create();
    await using work = await project(twoMigrations, database.url);
    await work.write({ 'migrations/0003_slow.mjs': slowModule });
    const first = work.start(['migrate']);
    await until('the slow migration', () => existsSync(join(work.path, 'working')));
    const busy = await work.run(['migrate', '--json', '--runner-timeout', '1s', ...quick]);
    expect([busy.exitCode, busy.json().error?.['code']]).toEqual([3, 'runner-busy']);
    const second = work.start(['migrate', ...quick]);
    let told = '';
    for await (const line of second.iterable({ from: 'stderr' })) {
      told += line;
      await work.write({ 'go-on': '' });
    }
    expect(told.replaceAll(/\s+/g, ' ')).toContain(
      `Another runner is migrating this database; waiting for it: process ${first.pid} (node`,
    );
    const { exitCode, stdout } = await second;
    expect([exitCode, (await first).exitCode]).toEqual([0, 0]);
    expect(stdout).toContain('another runner');
    expect(await database.tables()).toEqual(['notes', 'slow', 'users']);
  });
});

describe('a run down on SQLite beside a run up', () => {
  it('waits for the whole of it, and then reverts nothing that nobody looked at', async () => {
    await using database = await sqliteEngine.create();
    await using work = await project(twoMigrations, database.url);
    await work.run(['migrate']);
    await work.write({
      'migrations/0003_slow.mjs': slowModule,
      'migrations/0004_last.up.sql': 'create table last (id integer);',
    });
    const up = work.start(['migrate']);
    await until('the slow migration', () => existsSync(join(work.path, 'working')));
    const down = work.start(['migrate', 'down', '--to', '0', '--yes', '--json']);
    for await (const line of down.iterable({ from: 'stderr' }))
      if (line.includes('Another runner')) await work.write({ 'go-on': '' });
    const { exitCode, stdout } = await down;
    expect([(await up).exitCode, exitCode]).toEqual([0, 3]);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'runner-busy' } });
    expect(await database.tables()).toEqual(['last', 'notes', 'slow', 'users']);
  });
});

/** Works until the test lets it go on. */
const slowModule = `
import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
export async function up(database) {
  await database.execute('create table slow (a)');
  writeFileSync('working', '');
  while (!existsSync('go-on')) await pause(20);
}
`;
