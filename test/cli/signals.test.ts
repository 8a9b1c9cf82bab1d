import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { sqliteEngine, testEngines } from '../support/databases.ts';
import { signalProcess } from '../support/processes.ts';
import { project, type Project } from '../support/project.ts';
import { schemaErrors } from '../support/schema.ts';
import { until } from '../support/until.ts';

const codes = { SIGINT: 130, SIGTERM: 143 } as const;

/** Writes until somebody stops it. */
const endless = `create table long (n integer);
insert into long with recursive c (n) as (select 1 union all select n + 1 from c) select n from c;`;
const migrations = {
  '1_first.up.sql': 'create table first (id integer);',
  '2_long.up.sql': endless,
};

/** Waits until a run has written more than SQLite keeps in memory before it commits. */
async function writing(file: string): Promise<void> {
  await until('the long statement', async () => {
    const sizes = [file, `${file}-wal`].map(async (path) => {
      const stats = await stat(path).catch(() => null);
      return stats?.size ?? 0;
    });
    return (await Promise.all(sizes)).some((size) => size > 1024 * 1024);
  });
}

/** A run that has been told once to stop, in the middle of a statement. */
async function stopping(
  work: Project,
  line: string,
  signal: NodeJS.Signals,
  busy: () => Promise<void>,
): Promise<{ running: ReturnType<Project['start']> }> {
  const running = work.start(line.split(' '));
  const said = new Promise<void>((seen) => {
    let text = '';
    running.stderr?.on('data', (part: Buffer) => {
      text += String(part);
      if (text.includes('second signal')) seen();
    });
  });
  await busy();
  running.kill(signal);
  await said;
  return { running };
}

async function goesOn(work: Project): Promise<void> {
  await work.write({ 'migrations/2_long.up.sql': 'create table long (n integer);' });
  const { exitCode, stderr } = await work.run(['migrate']);
  expect([exitCode, stderr]).toEqual([0, '']);
  expect((await work.run(['migrate', 'status', '--check'])).exitCode).toBe(0);
}

describe.each(['delete', 'wal'])('a second signal on SQLite, journal mode %s', (mode) => {
  it.each([
    ['SIGINT', 'SIGINT'],
    ['SIGTERM', 'SIGTERM'],
    ['SIGINT', 'SIGTERM'],
  ] as const)('leaves a statement that has no end: %s, %s', async (first, second) => {
    await using database = await sqliteEngine.create();
    const before = new Database(database.url);
    before.pragma(`journal_mode = ${mode}`);
    before.exec('create table kept (id integer); insert into kept values (7);');
    before.close();
    await using work = await project(migrations, database.url);

    const { running } = await stopping(work, 'migrate --json', first, () => writing(database.url));
    running.kill(second);
    const { signal, stdout } = await running;
    expect(signal).toBe(second);
    const document = JSON.parse(stdout);
    expect(schemaErrors(document)).toEqual([]);
    expect(document).toMatchObject({
      command: 'migrate up',
      ok: false,
      exitCode: codes[second],
      target: { engine: 'sqlite' },
      error: { code: 'interrupted', message: `Stopped by ${second}` },
    });

    expect((await work.run(['migrate', 'status', '--check'])).exitCode).toBe(1);
    expect(await database.tables()).toEqual(['kept']);
    expect(await database.sql('select id from kept')).toEqual([{ id: 7 }]);
    expect(await database.sql('pragma integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    await goesOn(work);
    expect(await database.tables()).toEqual(['first', 'kept', 'long']);
  });
});

describe('a second signal on SQLite', () => {
  it('is told in words', async () => {
    await using database = await sqliteEngine.create();
    await using work = await project(migrations, database.url);
    const { running } = await stopping(work, 'migrate', 'SIGTERM', () => writing(database.url));
    running.kill('SIGTERM');
    const { signal, stdout, stderr } = await running;
    expect([signal, stdout]).toEqual(['SIGTERM', '']);
    expect(stderr).toContain('error: Stopped by SIGTERM\n');
    expect(stderr).toContain('rolled back');
    await goesOn(work);
  });

  it.each([
    ['migrate down', { '2_long.down.sql': endless.replaceAll('long', 'longer') }],
    ['migrate up --dry-run', { '3_longer.up.sql': endless.replaceAll('long', 'longer') }],
  ])('leaves %s as well', async (line, files) => {
    await using database = await sqliteEngine.create();
    const short = { ...migrations, '2_long.up.sql': 'create table long (n integer);' };
    await using work = await project(short, database.url);
    await work.run(['migrate']);
    await work.write(
      Object.fromEntries(Object.entries(files).map(([name, text]) => [`migrations/${name}`, text])),
    );
    const { running } = await stopping(work, line, 'SIGINT', () => writing(database.url));
    running.kill('SIGTERM');
    expect((await running).signal).toBe('SIGTERM');
    expect(await database.tables()).toEqual(['first', 'long']);
  });

  it('leaves a replay in a scratch database', async () => {
    await using database = await sqliteEngine.create();
    const told = `import { writeFileSync } from 'node:fs';
      export async function up(db) {
        await db.execute('create view long as ${endless.slice(endless.indexOf('with'), -1)}');
        writeFileSync('working', '');
        await db.execute('select max(n) from long');
      }`;
    await using work = await project({ '1_told.mjs': told }, database.url);
    const { running } = await stopping(work, 'migrate check --json', 'SIGINT', async () => {
      await until('the replay', () => existsSync(join(work.path, 'working')));
    });
    running.kill('SIGTERM');
    const { signal, stdout } = await running;
    expect([signal, JSON.parse(stdout).exitCode]).toEqual(['SIGTERM', 143]);
  });
});

const postgres = testEngines().filter(({ engine }) => engine === 'postgres');

describe.each(postgres)('a second signal on $title', ({ create }) => {
  it('is none where a wrapper sends the first one twice', async () => {
    await using database = await create();
    await using work = await project({ '1_a.up.sql': 'select pg_sleep(600);' }, database.url);
    const running = work.start(['migrate', 'up']);
    await until('the long statement', async () => {
      const rows = await database.sql(
        `select pid from pg_stat_activity where query like '%pg_sleep%'
         and datname = current_database() and pid <> pg_backend_pid()`,
      );
      return rows.length > 0;
    });
    running.kill('SIGTERM');
    await new Promise(setImmediate);
    running.kill('SIGTERM');
    const { exitCode, stderr } = await running;
    expect(exitCode).toBe(143);
    expect(stderr).toContain('1_a');
    expect(stderr).not.toContain('second signal');
  });

  it('leaves a server that does not answer, with a document', async () => {
    await using database = await create();
    await using work = await project({ '1_a.up.sql': 'select pg_sleep(600);' }, database.url);
    const running = work.start(['migrate', 'up', '--json']);
    const backend = await until('the long statement', async () => {
      const [row] = await database.sql(
        `select pid from pg_stat_activity where query like '%pg_sleep%'
         and datname = current_database() and pid <> pg_backend_pid()`,
      );
      return row ? Number(row['pid']) : null;
    });
    signalProcess(backend, 'SIGSTOP');
    try {
      // Which of the two is handled first is the system's affair.
      running.kill('SIGINT');
      running.kill('SIGTERM');
      const { exitCode, signal, stdout } = await running;
      expect([130, 143]).toContain(exitCode);
      expect(signal).toBeUndefined();
      const document = JSON.parse(stdout);
      expect(schemaErrors(document)).toEqual([]);
      expect(document.exitCode).toBe(exitCode);
      expect(document.error).toMatchObject({
        code: 'interrupted',
        cause: expect.stringContaining('second signal'),
      });
    } finally {
      signalProcess(backend, 'SIGCONT');
      await database.sql(`select pg_terminate_backend(${backend})`);
    }
  });
});
