import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPgBouncer } from '../support/pgbouncer.ts';
import { postgresVersions, sharedPostgres, type PostgresServer } from '../support/postgres.ts';
import { project, type Project } from '../support/project.ts';
import { schemaErrors } from '../support/schema.ts';
import { until } from '../support/until.ts';
import { configured, type Configured, type PoolCheckShown } from './pooled.ts';

interface Shown {
  readonly status: string;
  readonly checks: readonly PoolCheckShown[];
  readonly skipped: readonly { readonly id: string }[];
  readonly pools: readonly { readonly user: string; readonly servers: number }[];
}

describe.each(postgresVersions())('a pooler of pool config on PostgreSQL $major', ({ major }) => {
  let server: PostgresServer;
  let database: string;
  let work: Project;
  let pooler: Configured;

  beforeAll(async () => {
    server = await sharedPostgres(major);
    const url = await server.createDatabase();
    database = new URL(url).pathname.slice(1);
    work = await project({}, url);
    pooler = await configured(work, server, { database, options: ['--cpus', '2'] });
  });
  afterAll(async () => {
    await pooler[Symbol.asyncDispose]();
    await work[Symbol.asyncDispose]();
  });

  /** The version is Debian's, and old: what it says of that is no matter here. */
  async function health(...options: string[]) {
    const asked = ['health', 'pool', '-d', pooler.console, '--skip', 'pool-version', ...options];
    const ran = await work.run([...asked, '--json']);
    const document = ran.json<Shown>();
    expect(schemaErrors(ran.json()), ran.stdout).toEqual([]);
    return { ...document, exitCode: ran.exitCode };
  }

  function backends(): Promise<string> {
    return server.psql(
      `select count(*) from pg_stat_activity where datname = '${database}' and usename = 'app_of_pool'`,
    );
  }

  it('holds 50 clients at a time over its few connections, and is well', async () => {
    const clients = await Promise.all(Array.from({ length: 50 }, () => pooler.connect()));
    let most = 0;
    const work50 = clients.map(async (client) => {
      for (let round = 0; round < 10; round++) {
        await client.query('begin');
        await client.query('select pg_sleep(0.002)');
        await client.query('commit');
      }
    });
    const watching = until('the clients to end', async () => {
      most = Math.max(most, Number(await backends()));
      return Promise.race([Promise.all(work50), pause(1).then(() => null)]);
    });
    await watching;
    await Promise.all(clients.map((client) => client.end()));
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(20);
    const { exitCode, result } = await health();
    expect(result.checks.filter(({ status }) => status !== 'ok')).toEqual([]);
    expect(result.status).toBe('ok');
    expect(exitCode).toBe(0);
  });

  it('shows a wait as a warning when all connections are taken, and says where to look', async () => {
    const holders = await Promise.all(Array.from({ length: 20 }, () => pooler.connect()));
    for (const holder of holders) await holder.query('begin');
    const waiting = await Promise.all(Array.from({ length: 8 }, () => pooler.connect()));
    const answers = Promise.all(waiting.map((client) => client.query('select pg_sleep(0.01)')));
    // The reserve of 5 is given to who has waited for 3 seconds.
    await until('a long wait', async () => {
      const { result } = await health('--interval', '50ms', '--only', 'pool-wait');
      return result.status === 'warning';
    });
    const { exitCode, result } = await health('--interval', '50ms');
    const of = (id: string) => result.checks.find((check) => check.id === id);
    expect(exitCode).toBe(1);
    expect(of('pool-queue')).toMatchObject({ status: 'warning', value: 8 });
    expect(of('pool-wait')?.hint).toContain('pg_stat_activity');
    expect(of('pool-saturation')).toMatchObject({ status: 'warning', value: 100 });
    const text = await work.run(['health', 'pool', '-d', pooler.console]);
    expect(text.stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    for (const holder of holders) await holder.query('commit');
    await answers;
    await Promise.all([...holders, ...waiting].map((client) => client.end()));
  });

  it('replaces server connections that died; the next requests work', async () => {
    const client = await pooler.connect();
    const killed = await server.psql(
      `select pid from pg_stat_activity where datname = '${database}' and usename = 'app_of_pool'`,
    );
    const before = [...killed.split('\n').map(Number), await processOf(client)];
    await server.psql(
      `select pg_terminate_backend(pid, 5000) from unnest(array[${before.join()}]) as pid`,
    );
    for (let round = 0; round < 5; round++) expect(before).not.toContain(await processOf(client));
    await client.end();
  });

  it('stays alive when somebody unknown tries its console, and names the setting', async () => {
    const url = new URL(pooler.console);
    url.username = 'nobody_knows';
    const refused = await work.run(['health', 'pool', '-d', url.href]);
    expect(refused.exitCode).toBe(4);
    expect(await processOf(await pooler.connect())).toBeGreaterThan(0);
  });

  it('lets nobody in whose password is past its time, and no superuser', async () => {
    await server.psql(
      `create role late_${major} login password 'late' valid until '2020-01-01'; create role root_${major} superuser login password 'root'`,
    );
    for (const user of [`late:late`, `root:root`]) {
      const [name, password] = user.split(':');
      const url = `postgres://${name}_${major}:${password}@127.0.0.1:${pooler.port}/${database}`;
      const refused = await work.run(['wait', '--tries', '1', '-d', url]);
      expect(refused.stderr).toContain('refuses the login');
    }
    await server.psql(`drop role late_${major}; drop role root_${major}`);
  });

  it('asks before it writes over another configuration, and writes no password', async () => {
    const file = join(work.path, 'pooler/pgbouncer.ini');
    const before = await readFile(file, 'utf8');
    expect(before).not.toContain('secret-of-the-test');
    const again = ['pool', 'config', '--out', 'pooler/pgbouncer.ini', '--clients', '90'];
    expect((await work.run(again)).exitCode).toBe(4);
    expect(await readFile(file, 'utf8')).toBe(before);
    const { stdout } = await work.run(['pool', 'config', '--pgbouncer-version', '1.24.1']);
    expect(stdout).toContain('max_prepared_statements = 200\n');
    expect(before).not.toContain('\nmax_prepared_statements');
  });
});

describe('health pool', () => {
  it('names the setting that lets a user in', async () => {
    const server = await sharedPostgres(15);
    await using pooler = await startPgBouncer(server, { poolMode: 'transaction' });
    await using work = await project();
    const refused = await work.run(['health', 'pool', '-d', pooler.url('pgbouncer')]);
    expect(refused.exitCode).toBe(4);
    expect(refused.stderr).toContain('stats_users');
  });

  it('sees a paused database, waits without end, and a reset that hides session features', async () => {
    const server = await sharedPostgres(15);
    await using pooler = await startPgBouncer(server, {
      poolMode: 'transaction',
      conf: [
        ...['admin_users = postgres', 'query_wait_timeout = 0', 'server_reset_query_always = 1'],
        ...['max_client_conn = 3', 'auth_user = postgres'],
      ],
    });
    await using work = await project();
    const url = pooler.url('pgbouncer');
    const application = new Client({ connectionString: pooler.url() });
    await application.connect();
    await application.query('select 1');
    const admin = new Client({ connectionString: url });
    await admin.connect();
    await admin.query('PAUSE postgres');
    const ran = await work.run(['health', 'pool', '-d', url, '--json']);
    await Promise.all([admin.end(), application.end()]);
    const { checks } = ran.json<Shown>().result;
    const bad = checks
      .filter(({ status }) => status !== 'ok')
      .map(({ id, status }) => [id, status]);
    expect(Object.fromEntries(bad)).toEqual({
      'pool-clients': 'critical',
      'pool-paused': 'critical',
      'pool-timeout': 'warning',
      'pool-reset': 'warning',
      'pool-version': 'warning',
    });
    expect(checks.find(({ id }) => id === 'pool-version')?.summary).toContain('issue 568');
  });

  it('sees a login to a server that does not answer', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    await using pooler = await startPgBouncer(
      { ...(await sharedPostgres(15)), port },
      { poolMode: 'transaction', conf: ['stats_users = postgres', 'max_client_conn = 50'] },
    );
    await using work = await project();
    const stuck = new Client({ connectionString: pooler.url() });
    const ended = stuck.connect().catch(() => {});
    const asked = ['health', 'pool', '-d', pooler.url('pgbouncer'), '--interval', '50ms', '--json'];
    const check = await until('the login to begin', async () => {
      const { checks } = (await work.run(asked)).json<Shown>().result;
      return checks.find(({ id, status }) => id === 'pool-login' && status === 'warning');
    });
    expect(check.summary).toContain('postgres in postgres');
    stuck.connection.stream.destroy();
    await ended;
    silent.close();
  });

  it('says so where there is PostgreSQL itself, a file, or nobody named to log in as', async () => {
    const server = await sharedPostgres(15);
    await using work = await project({}, server.url());
    const direct = await work.run(['health', 'pool', '-d', server.url('pgbouncer')]);
    expect(direct.exitCode).toBe(2);
    expect(direct.stderr).toContain('There is no PgBouncer');
    const same = await work.run(['health', 'pool', '--pool-user', 'postgres']);
    expect(same.stderr).toContain('There is no PgBouncer');
    const whom = await work.run(['health', 'pool']);
    expect(whom.exitCode).toBe(2);
    expect(whom.stderr).toContain('--pool-user');
    const file = await work.run(['health', 'pool', '-d', './x.db']);
    expect(file.exitCode).toBe(2);
  });

  it('finds the console from the application’s URL, with the password of the password file', async () => {
    const server = await sharedPostgres(15);
    await using pooler = await startPgBouncer(server, {
      poolMode: 'transaction',
      conf: ['stats_users = postgres'],
    });
    await using work = await project({}, `postgres://app:other@127.0.0.1:${pooler.port}/postgres`);
    const env = { PGPASSWORD: 'secret-of-the-test' };
    const asked = ['health', 'pool', '--pool-user', 'postgres', '--skip', 'pool-version'];
    expect((await work.run(asked, { env })).exitCode).toBe(0);
    const wrong = await work.run([...asked, '--skip', 'pool-nothing'], { env });
    expect(wrong.exitCode).toBe(2);

    await work.write({
      'jem-db.json': JSON.stringify({
        skipChecks: ['pool-version', 'drift', 'quick-check'],
        thresholds: { 'pool-clients': '0:101', connections: '70:85', 'backup-age': '26h' },
      }),
    });
    const asSet = ['health', 'pool', '--pool-user', 'postgres', '--skip', 'pool-login', '--json'];
    const clients = async (...options: string[]) => {
      const { checks, skipped } = (await work.run([...asSet, ...options], { env })).json<Shown>()
        .result;
      const ids = [...checks, ...skipped].map(({ id }) => id);
      expect(ids).toContain('pool-queue');
      expect(ids).not.toContain('pool-version');
      expect(ids).not.toContain('pool-login');
      return checks.find(({ id }) => id === 'pool-clients')?.status;
    };
    expect(await clients()).toBe('warning');
    expect(await clients('--threshold', 'pool-clients=80')).toBe('ok');
  });
});

async function processOf(client: Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0]?.pid ?? 0;
}
