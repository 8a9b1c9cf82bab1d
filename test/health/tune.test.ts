import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { cliEnvironment, cliPath } from '../support/cli.ts';
import { sqliteEngine } from '../support/databases.ts';
import { startPgBouncer } from '../support/pgbouncer.ts';
import { postgresVersions, sharedPostgres, startPostgres } from '../support/postgres.ts';
import { project, type Project } from '../support/project.ts';
import { schemaErrors } from '../support/schema.ts';

interface Shown {
  readonly status: string;
  readonly machine: { readonly ram: number; readonly ramFrom: string; readonly cpus: number };
  readonly checks: readonly {
    readonly id: string;
    readonly status: string;
    readonly hint: string;
  }[];
  readonly advice: readonly {
    readonly setting: string;
    readonly advised: string;
    readonly appliedBy: string;
    readonly statement: string;
    readonly line: string;
    readonly note: string | null;
  }[];
  readonly fitting: readonly string[];
  readonly overrides: readonly Readonly<Record<string, string>>[];
  readonly pendingRestart: readonly string[];
  readonly applicable: boolean;
  readonly whyNot: string | null;
}

async function tune(work: Project, ...options: string[]) {
  const ran = await work.run(['health', 'tune', ...options, '--json']);
  expect(schemaErrors(ran.json()), ran.stdout).toEqual([]);
  return { ...ran, ...ran.json<Shown>() };
}

const large = [
  ...['--ram', '16GB', '--cpus', '32', '--disk', 'nvme', '--connections', '60'],
  ...['--wal-disk', '20GB'],
];

describe.each(postgresVersions())('health tune on PostgreSQL $major', ({ major, bin }) => {
  it('prints lines that this version takes: it starts with them, and shows the values', async () => {
    await using server = await startPostgres({
      bin,
      conf: ["shared_preload_libraries = 'auto_explain'"],
    });
    await using work = await project({}, server.url());
    const { result } = await tune(work, ...large);
    const { stdout: lines } = await work.run(['health', 'tune', ...large, '--format', 'conf']);
    const { stdout: script } = await work.run(['health', 'tune', ...large, '--format', 'sql']);
    const asAdvised = async () => {
      await server.stop();
      await server.start();
      for (const { setting, advised } of result.advice)
        expect(await server.psql(`show ${setting}`), setting).toBe(advised);
      const errors = 'select count(*) from pg_file_settings where error is not null';
      expect(await server.psql(errors)).toBe('0');
      expect((await tune(work, ...large)).result.advice).toEqual([]);
    };
    expect(result.advice.map(({ setting }) => setting)).toContain('shared_buffers');
    for (const { statement } of result.advice) expect(script).toContain(statement);
    await server.psql(script);
    await asAdvised();
    await server.psql('alter system reset all');
    await appendFile(join(server.dataFolder, 'postgresql.conf'), lines);
    await asAdvised();
  });

  it('sees the machine of a server that runs here, also through a pooler', async () => {
    const server = await sharedPostgres(major);
    await using pooler = await startPgBouncer(server, { poolMode: 'session' });
    for (const url of [
      server.url(),
      pooler.url(),
      `postgres://postgres:secret-of-the-test@/postgres?host=${server.socketFolder}&port=${server.port}`,
    ]) {
      await using work = await project({}, url);
      const { result, exitCode } = await tune(work);
      expect(exitCode).toBe(0);
      expect(result.machine.ram).toBeGreaterThan(100e6);
      expect(result.machine.ramFrom).toMatch(/memory of this machine|control group/);
      expect(result.machine.cpus).toBeGreaterThan(0);
    }
  });

  it('is not fooled by an address of this machine: another process space is another machine', async () => {
    const server = await sharedPostgres(major);
    await using work = await project({}, server.url());
    const asRoot = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
    const apart = ['--pid', '--fork', '--mount-proc', ...asRoot, process.execPath, cliPath];
    const options = {
      cwd: work.path,
      env: cliEnvironment({ cwd: work.path, env: { DATABASE_URL: server.url() } }),
      extendEnv: false,
      reject: false,
    };
    const asked = await execa('unshare', [...apart, 'health', 'tune'], options);
    expect(asked.stderr).toContain('--ram 16GB --cpus 4 --disk ssd');
    expect(asked.exitCode).toBe(2);
    const told = await execa('unshare', [...apart, 'health', 'tune', ...large], options);
    expect(told.exitCode).toBe(0);
  });

  it('calls it critical where the worst case is more than there is, and names a way out', async () => {
    await using server = await startPostgres({ bin, conf: ['work_mem = 256MB'] });
    await using work = await project({}, server.url());
    const { exitCode, result } = await tune(work, '--ram', '8GB', '--cpus', '2', '--disk', 'ssd');
    expect(exitCode).toBe(1);
    expect(result.checks).toMatchObject([{ id: 'worst-case-memory', status: 'critical' }]);
    expect(result.checks[0]?.hint).toMatch(/With the advice taken it is [\d.]+ GB\.$/);
    const tight = ['--ram', '512MB', '--cpus', '2', '--disk', 'hdd', '--workload', 'dw'];
    const hint = (await tune(work, ...tight)).result.checks[0]?.hint ?? '';
    const connections = /--connections (\d+)/.exec(hint)?.[1] ?? '';
    const { advice } = (await tune(work, ...tight, '--connections', connections)).result;
    for (const { statement } of advice) await server.psql(statement);
    await server.stop();
    await server.start();
    const mended = await tune(work, ...tight);
    expect(mended.exitCode).toBe(0);
    expect(mended.result.advice).toEqual([]);
  });

  it('tells what wins over it: a database, a role, the command line, a change that waits', async () => {
    await using server = await startPostgres({ bin });
    const url = await server.createDatabase();
    const name = new URL(url).pathname.slice(1);
    await server.psql(
      `alter database ${name} set work_mem = '256MB'; create role web; alter role web set work_mem = '512MB'; alter system set shared_buffers = '16GB'; select pg_reload_conf()`,
    );
    await using work = await project({}, url);
    const { result } = await tune(work, '--ram', '64GB', '--cpus', '4', '--disk', 'ssd');
    expect(result.overrides).toEqual([
      { of: 'role web', setting: 'work_mem', value: '512MB' },
      { of: `database ${name}`, setting: 'work_mem', value: '256MB' },
    ]);
    const workMem = result.advice.find(({ setting }) => setting === 'work_mem');
    expect(workMem?.note).toContain(`database ${name} has 256MB of its own`);
    expect(result.pendingRestart).toEqual(['shared_buffers']);
    expect(result.fitting).toContain('shared_buffers');
    // 100 · 512 MB · 2 are more than 64 GB, whatever the server's own work_mem is.
    expect(result.status).toBe('critical');
  });

  it('works for a plain role, and says who may run the statements', async () => {
    await using server = await startPostgres({ bin });
    await server.psql("create role plain login password 'plain'");
    const url = new URL(server.url());
    [url.username, url.password] = ['plain', 'plain'];
    await using work = await project({}, url.href);
    const { result } = await tune(work, ...large);
    expect(result.whyNot).toContain('may not ALTER SYSTEM');
    expect(result.applicable).toBe(false);
    expect(result.advice.map(({ setting }) => setting)).not.toContain('shared_preload_libraries');
    expect((await tune(work)).result.machine.ram).toBeGreaterThan(100e6);
    await server.psql('create role rdsadmin');
    expect((await tune(work, ...large)).result.whyNot).toContain('Amazon RDS');
  });

  it('fits into 80 columns', async () => {
    const server = await sharedPostgres(major);
    await using work = await project({}, server.url());
    const { stdout } = await work.run(['health', 'tune', '--ram', '512MB', '--cpus', '2']);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(stdout).toContain('Not judged: random_page_cost, effective_io_concurrency');
  });
});

describe('health tune', () => {
  it('refuses what cannot be meant', async () => {
    await using work = await project();
    for (const wrong of [
      ['--ram', '16'],
      ['--ram', '1MB'],
      ['--disk', 'floppy'],
      ['--workload', 'wb'],
      ['--format', 'xml'],
    ]) {
      const { exitCode } = await work.run(['health', 'tune', ...wrong]);
      expect(exitCode, wrong.join(' ')).toBe(2);
    }
  });

  it('says for SQLite what stays in the file and what each connection has to set', async () => {
    await using database = await sqliteEngine.create();
    await database.sql('create table t (a)');
    await using work = await project({}, database.url);
    const { result, exitCode } = await tune(work);
    expect(exitCode).toBe(0);
    const by = (appliedBy: string) => result.advice.filter((one) => one.appliedBy === appliedBy);
    expect(by('database').map(({ setting }) => setting)).toEqual(['journal_mode']);
    expect(by('connection').map(({ setting }) => setting)).toEqual([
      ...['synchronous', 'busy_timeout', 'cache_size', 'mmap_size', 'foreign_keys'],
    ]);
    for (const { statement } of result.advice) await database.sql(statement.replace(/;$/, ''));
    expect(await database.sql('pragma journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    expect((await tune(work)).result.fitting).toEqual(['journal_mode', 'page_size']);
  });

  it('says how a SQLite file gets larger pages', async () => {
    await using database = await openedSqlite();
    await using work = await project({}, database.url);
    const { stdout } = await work.run(['health', 'tune', '--format', 'sql']);
    await database.run(stdout);
    expect(await database.sql('pragma page_size')).toEqual([{ page_size: 4096 }]);
    expect(await database.sql('pragma journal_mode')).toEqual([{ journal_mode: 'wal' }]);
  });
});

async function openedSqlite() {
  const { default: Database } = await import('better-sqlite3');
  const database = await sqliteEngine.create();
  const run = async (script: string): Promise<void> => {
    const db = new Database(database.url);
    db.exec(script);
    db.close();
  };
  await run('pragma page_size = 1024; pragma journal_mode = wal; create table t (a)');
  return { ...database, run };
}
