import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { HealthResult } from '../../src/health/run.ts';
import { resultOf } from '../backup/setup.ts';
import { testEngines } from '../support/databases.ts';
import { postgresVersions, sharedPostgres } from '../support/postgres.ts';
import { type Project, project, twoMigrations } from '../support/project.ts';
import { schemaErrors } from '../support/schema.ts';

async function health(
  work: Project,
  args: readonly string[],
  exitCode: number,
): Promise<HealthResult> {
  return resultOf<HealthResult>(work, ['health', 'check', ...args], exitCode);
}

const both = ['--only', 'connection,migrations'];
/** How fast this machine is at the moment is no matter of these tests. */
const patient = ['--threshold', 'connection=60s:120s'];

async function migrated(): Promise<Project> {
  const work = await project(twoMigrations);
  expect((await work.run(['migrate', 'up'])).exitCode).toBe(0);
  chmodSync(join(work.path, 'jem.db'), 0o600);
  return work;
}

describe('health check', () => {
  it.each(testEngines())(
    'tells what it saw, as JSON and for people: $title',
    async ({ create, engine }) => {
      await using database = await create();
      await using work = await project(twoMigrations, database.url);
      // SQLite makes a file when something is written to it.
      await database.sql('create table mine (id integer primary key)');
      const pending = await health(work, [...both, ...patient], 1);
      expect(pending.status).toBe('warning');
      expect(pending.checks.map(({ id, status, value }) => [id, status, value])).toEqual([
        ['connection', 'ok', expect.any(Number)],
        ['migrations', 'warning', 2],
      ]);
      await work.run(['migrate', 'up']);
      const well = await health(work, [...both, ...patient], 0);
      expect(well).toMatchObject({
        ...{ status: 'ok', skipped: [], failed: false },
        checks: [
          {
            ...{ id: 'connection', group: 'availability', status: 'ok', unit: 's' },
            ...{ warning: 60, critical: 120, hint: null, durationMs: expect.any(Number) },
          },
          { id: 'migrations', value: 0, unit: null, warning: 1, critical: null },
        ],
      });
      const { stdout, stderr, exitCode } = await work.run(['health', '--only', 'migrations']);
      expect([exitCode, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(/^ok {2}migrations {2}all 2 are applied.*\n1 check: 1 ok\n$/);
      const listed = await resultOf<{ checks: { id: string; engine: string | null }[] }>(work, [
        'health',
        'checks',
      ]);
      expect(new Set(listed.checks.map((one) => one.engine))).toEqual(new Set([engine, null]));
      await database.sql('drop table notes');
      const drifted = await health(work, ['--only', 'drift'], 1);
      expect(drifted.checks[0]).toMatchObject({
        ...{ id: 'drift', status: 'critical' },
        summary: expect.stringMatching(/table .*notes is missing/),
        hint: expect.stringContaining('schema verify'),
      });
    },
  );

  it.each([
    [
      'changed',
      '"was changed"',
      (work: Project) => work.write({ 'migrations/0001_users.up.sql': 'select 1;' }),
    ],
    [
      'missing',
      '"its file is gone"',
      async (work: Project) => {
        await work.remove('migrations/0002_notes.up.sql');
        await work.remove('migrations/0002_notes.down.sql');
      },
    ],
    [
      'renamed',
      '"its file is called 0003_notes now"',
      async (work: Project) => {
        await work.move('migrations/0002_notes.up.sql', 'migrations/0003_notes.up.sql');
        await work.move('migrations/0002_notes.down.sql', 'migrations/0003_notes.down.sql');
      },
    ],
    [
      'out of order',
      '"is pending behind"',
      (work: Project) =>
        work.write({
          'migrations/0001_late.up.sql': 'select 1;',
          'migrations/0000_a.up.sql': 'select 1;',
        }),
    ],
  ])('says what is wrong with a migration that is %s', async (_kind, words, spoil) => {
    await using work = await migrated();
    await spoil(work);
    const { checks } = await health(work, ['--only', 'migrations'], 1);
    expect(checks[0]).toMatchObject({
      status: 'critical',
      hint: expect.stringContaining('jem-db migrate re'),
    });
    expect(checks[0]?.summary).toContain(words.replaceAll('"', ''));
  });

  it('is unknown where the ledger is another tool’s, and has nothing to say without migrations', async () => {
    await using work = await migrated();
    const foreign = ['--only', 'migrations', '--ledger-table', 'users'];
    const { status, checks } = await health(work, foreign, 1);
    expect([status, checks[0]?.status]).toEqual(['unknown', 'unknown']);
    expect(checks[0]?.summary).toContain('users');
    const none = await health(
      work,
      ['--only', 'migrations,connection', '--migrations', 'nowhere'],
      0,
    );
    expect(none.skipped).toEqual([
      { id: 'migrations', reason: 'there is no folder of migrations' },
    ]);
  });

  it('takes bounds from jem-db.json in both forms, and from the command line over them', async () => {
    await using work = await migrated();
    const statusWith = async (settings: object, ...args: string[]) => {
      await work.write({ 'jem-db.json': JSON.stringify(settings) });
      const only = ['health', 'check', '--only', 'disk-space', '--json'];
      const { result } = (await work.run([...only, ...args])).json<HealthResult>();
      const [one] = result.checks;
      return [one?.status, one?.warning, one?.critical];
    };
    const never = 1e15;
    expect(await statusWith({})).toEqual(['ok', 200, 20]);
    expect(await statusWith({ thresholds: { 'disk-space': { warning: never } } })).toEqual([
      'warning',
      never,
      20,
    ]);
    expect(await statusWith({ thresholds: { 'disk-space': `${never}:${never}` } })).toEqual([
      'critical',
      never,
      never,
    ]);
    expect(
      await statusWith({ thresholds: { 'disk-space': { warning: 'off', critical: `${never}%` } } }),
    ).toEqual(['critical', null, never]);
    const other = {
      thresholds: { 'disk-space': `${never}:${never}`, connections: '70:85' },
      skipChecks: ['lock-waits'],
    };
    expect(await statusWith(other, '--threshold', 'disk-space=1:0')).toEqual(['ok', 1, 0]);
    expect(await statusWith({}, '--thresholds', `disk-space=${never}`)).toEqual([
      'warning',
      never,
      20,
    ]);
  });

  it('refuses bounds and names that there are not', async () => {
    await using work = await migrated();
    const refusal = async (...args: string[]) => {
      const done = await work.run(['health', 'check', '--json', ...args]);
      return [done.exitCode, done.json().error?.['message']];
    };
    expect(await refusal('--only', 'drfit')).toEqual([2, 'There is no check or group "drfit"']);
    expect(await refusal('--skip', 'nonsense')).toEqual([
      2,
      'There is no check or group "nonsense"',
    ]);
    expect(await refusal('--threshold', 'quick-check=1')).toEqual([
      2,
      expect.stringContaining('sets no threshold'),
    ]);
    expect(await refusal('--fail-on', 'ok')).toEqual([
      2,
      expect.stringContaining('no status to fail on'),
    ]);
    expect(await refusal('--timeout', 'soon')).toEqual([2, expect.stringContaining('--timeout')]);
    await work.write({ 'jem-db.json': '{"thresholds": {"disk-space": {"warn": 1}}}' });
    expect((await refusal())[0]).toBe(2);
  });

  it('shares its settings with health pool: each takes the names of the other', async () => {
    await using work = await migrated();
    const exitCodes = async (settings: object) => {
      await work.write({ 'jem-db.json': JSON.stringify(settings) });
      const check = await work.run(['health', 'check', '--only', 'migrations', '--json']);
      const pooler = ['-d', 'postgres://app@127.0.0.1:1/pgbouncer'];
      const pool = await work.run(['health', 'pool', ...pooler, '--json']);
      for (const { json } of [check, pool]) expect(schemaErrors(json())).toEqual([]);
      return [check.exitCode, pool.exitCode];
    };
    const unreachable = 3;
    expect(await exitCodes({ skipChecks: ['pool-version', 'drift', 'lock-waits'] })).toEqual([
      0,
      unreachable,
    ]);
    const thresholds = { 'pool-wait': '1s:5s', 'disk-space': '2:1', 'backup-age': '26h:50h' };
    expect(await exitCodes({ thresholds })).toEqual([0, unreachable]);
    expect(await exitCodes({ skipChecks: ['pool-vresion'] })).toEqual([2, 2]);
    expect(await exitCodes({ thresholds: { 'pool-wiat': '1s' } })).toEqual([2, 2]);
  });

  it('fails as --fail-on says, and is silent with --quiet where all is well', async () => {
    await using work = await migrated();
    await work.write({ 'migrations/0003_more.up.sql': 'select 1;' });
    const exitCode = async (...args: string[]) =>
      (await work.run(['health', '--only', 'migrations', ...args])).exitCode;
    expect(await exitCode()).toBe(1);
    expect(await exitCode('--fail-on', 'critical')).toBe(0);
    expect(await exitCode('--fail-on', 'critical', '--threshold', 'migrations=1:1')).toBe(1);
    expect(await exitCode('--fail-on', 'never', '--threshold', 'migrations=1:1')).toBe(0);
    await work.run(['migrate', 'up']);
    const quiet = await work.run(['health', '--only', 'migrations', '--quiet']);
    expect([quiet.exitCode, quiet.stdout, quiet.stderr]).toEqual([0, '', '']);
  });

  it('leaves out what is skipped, and runs what is on request only where it is named', async () => {
    await using work = await migrated();
    const ids = async (...args: string[]) => {
      const done = await work.run(['health', '--json', '--fail-on', 'never', ...args]);
      const { checks, skipped } = done.json<HealthResult>().result;
      return [...checks, ...skipped].map(({ id }) => id);
    };
    const usual = await ids('--skip', 'backups,wal');
    expect(usual).toContain('quick-check');
    for (const id of ['drift', 'integrity-check', 'backup-age', 'wal-size'])
      expect(usual).not.toContain(id);
    expect(await ids('--only', 'integrity')).not.toContain('integrity-check');
    expect(await ids('--only', 'integrity-check,drift')).toEqual(['integrity-check', 'drift']);
  });

  it('is unknown where its time is over', async () => {
    await using work = await migrated();
    const { status, checks } = await health(work, ['--timeout', '1ms', '--skip', 'backups'], 1);
    expect([status, checks.at(-1)?.summary]).toEqual([
      'unknown',
      expect.stringContaining('not looked at'),
    ]);
  });

  it('does not take a ledger that its role may not see for one that is not there', async () => {
    const server = await sharedPostgres(postgresVersions().at(-1)?.major ?? 0);
    const home = await server.createDatabase();
    const database = new URL(home).pathname.slice(1);
    await using work = await project(twoMigrations, home);
    await work.run(['migrate', 'up']);
    const name = `stranger_${randomBytes(4).toString('hex')}`;
    await server.psql(
      `create role ${name} login password 'x'; revoke usage on schema public from public`,
      database,
    );
    const there = new URL(server.url(database));
    [there.username, there.password] = [name, 'x'];
    const { checks } = await health(work, ['-d', there.href, '--only', 'migrations'], 1);
    expect(checks[0]).toMatchObject({
      status: 'unknown',
      hint: expect.stringContaining(`GRANT USAGE ON SCHEMA "public" TO "${name}"`),
    });
    const status = await work.run(['migrate', 'status', '-d', there.href]);
    expect(status.exitCode).toBe(4);
  });

  it('waits for no lock, not even for that of the ledger', async () => {
    const engine = testEngines().at(-1)!;
    await using database = await engine.create();
    await using work = await project(twoMigrations, database.url);
    await work.run(['migrate', 'up']);
    await database.sql('begin; lock table jem_db_migrations');
    const held = await health(work, ['--only', 'migrations'], 1);
    expect(held.checks[0]).toMatchObject({
      status: 'unknown',
      summary: expect.stringContaining('lock'),
    });
    await database.sql('rollback');
    expect((await health(work, ['--only', 'migrations'], 0)).status).toBe('ok');
  });

  it('is an error, and critical, where the database cannot be reached', async () => {
    await using work = await project(twoMigrations, 'postgres://app:hidden@127.0.0.1:1/app');
    const done = await work.run(['health', '--json']);
    const document = done.json<HealthResult>();
    expect(schemaErrors(done.json())).toEqual([]);
    expect([done.exitCode, document.error]).toEqual([
      3,
      expect.objectContaining({ code: 'connection-refused' }),
    ]);
    expect(document.result).toMatchObject({
      status: 'critical',
      checks: [{ id: 'connection', status: 'critical', hint: expect.any(String) }],
    });
    expect(done.stdout).not.toContain('hidden');
  });

  it('is critical where the file is damaged, also where it cannot even be opened', async () => {
    await using work = await migrated();
    const file = join(work.path, 'jem.db');
    const whole = readFileSync(file);
    const damaged = Buffer.from(whole);
    damaged.fill(0xa5, 4096);
    writeFileSync(file, damaged);
    const found = await health(work, [], 1);
    expect(found.status).toBe('critical');
    expect(found.checks.find(({ id }) => id === 'quick-check')?.status).toBe('critical');
    expect(found.checks.find(({ id }) => id === 'migrations')?.status).toBe('critical');
    for (const spoiled of [whole.subarray(0, 4096 + 100), Buffer.alloc(whole.length, 'x')]) {
      writeFileSync(file, spoiled);
      const done = await work.run(['health', '--json']);
      expect(done.exitCode).not.toBe(0);
      expect(schemaErrors(done.json())).toEqual([]);
      expect(done.json<HealthResult>().result.status).toBe('critical');
      expect(readFileSync(file).equals(spoiled)).toBe(true);
    }
  });
});
