import Database from 'better-sqlite3';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { sqliteEngine, testEngines } from '../support/databases.ts';
import { project, twoMigrations } from '../support/project.ts';

const servers = testEngines().filter(({ engine }) => engine === 'postgres');
const quick = ['--lock-timeout', '300ms', '--lock-retries', '1'];

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
});
