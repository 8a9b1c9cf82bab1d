import { resolve, join } from 'node:path';
import { JemError } from '../../../errors.ts';
import type {
  Pool,
  PooledDatabase,
  PoolerConsole,
  PoolerOptions,
  PoolerState,
  PoolTraffic,
} from '../../pooling.ts';
import { openPostgres } from '../connection.ts';
import type { Conninfo } from '../conninfo.ts';
import { displayOf, shownHosts } from '../conninfo-display.ts';
import { readPasswordFile } from '../password-file.ts';
import type { PostgresSession } from '../session.ts';
import type { PostgresTarget } from '../target.ts';

/** The database by which PgBouncer means its own console. */
const consoleName = 'pgbouncer';

type ConsoleRow = Readonly<Record<string, unknown>>;

/**
 * Opens the console of the PgBouncer that a URL leads to. Knows 1.18 to 1.25: simple protocol, one
 * command a call, no settings at the start. An application's user is not tried there: 1.18 with a
 * global `auth_user` dies of a console login by a user that its file does not know (issue 568).
 * Throws `usage` where nobody said who is to log in, `bad-setting` where there is no PgBouncer, `permission-denied` where the user is none of
 * `stats_users` and `admin_users`, and what a connection throws.
 */
export async function openPgBouncer(
  target: PostgresTarget,
  { user, ...options }: PoolerOptions,
): Promise<PoolerConsole> {
  const conninfo = await consoleConninfo(target, user);
  const display = displayOf(conninfo, shownHosts(conninfo.hosts, { mistyped: false }));
  const { environment } = target;
  const session = await openPostgres(
    { display, conninfo, environment },
    { ...options, mode: 'existing' },
  ).catch((error: unknown) => {
    throw stateOf(error) === '3D000' ? noPooler(display, error) : error;
  });
  try {
    const version = await versionOf(session);
    return {
      display,
      version,
      look: () => look(session, version),
      [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
    };
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
}

/** Another user has another password: the one of the password file, or of PGPASSWORD. */
async function consoleConninfo(
  { conninfo, environment, display }: PostgresTarget,
  user: string | null,
): Promise<Conninfo> {
  if (user === null && conninfo.database !== consoleName)
    throw new JemError('usage', `Whom shall jem-db log in to the console of ${display} as?`, {
      why: 'The URL names a database of the application, and its user is hardly one of stats_users.',
      hint: 'Say it with --pool-user NAME (password: ~/.pgpass or PGPASSWORD), or name the console: -d postgres://NAME@HOST:6432/pgbouncer',
    });
  const { options: _, target_session_attrs: __, replication: ___, ...params } = conninfo.params;
  const there: Conninfo = { ...conninfo, database: consoleName, params, settings: {} };
  if (user === null || user === conninfo.user) return there;
  const path = params['passfile'] ?? join(environment.home, '.pgpass');
  const file = await readPasswordFile(resolve(environment.cwd, path), { expected: false });
  const hosts = there.hosts.map(({ password: _password, ...host }) => {
    const wanted = { port: String(host.port), database: consoleName, user };
    const found =
      file.find({ host: host.host || (host.hostaddr ?? ''), ...wanted }) ??
      environment.env['PGPASSWORD'];
    return found === undefined ? host : { ...host, password: found };
  });
  return { ...there, user, hosts };
}

async function versionOf(session: PostgresSession): Promise<string> {
  const [row] = await show(session, 'VERSION').catch((error: unknown) => {
    throw stateOf(error) === '42704' ? noPooler(session.display, error) : error;
  });
  const version = /^PgBouncer (\d+(?:\.\d+)+)/.exec(String(row?.['version']))?.[1];
  if (version !== undefined) return version;
  throw noPooler(session.display, undefined);
}

function stateOf(error: unknown): string | undefined {
  return error instanceof JemError ? error.details.sqlState : undefined;
}

function noPooler(display: string, cause: unknown): JemError {
  return new JemError('bad-setting', `There is no PgBouncer at ${display}`, {
    why: 'What answers there is PostgreSQL itself, or another pooler.',
    hint: 'Name the port of PgBouncer, by default 6432: -d postgres://USER@HOST:6432/pgbouncer',
    cause,
  });
}

async function look(session: PostgresSession, version: string): Promise<PoolerState> {
  const own = ({ database, name }: ConsoleRow): boolean => (database ?? name) !== consoleName;
  const pools = await show(session, 'POOLS');
  const databases = await show(session, 'DATABASES');
  const stats = await show(session, 'STATS');
  const lists = await show(session, 'LISTS');
  const config = await show(session, 'CONFIG');
  return {
    version,
    pools: pools.filter(own).map(poolOf),
    databases: databases.filter(({ name }) => name !== consoleName).map(databaseOf),
    traffic: stats.filter(own).map(trafficOf),
    clients: Number(lists.find(({ list }) => list === 'used_clients')?.['items']),
    settings: Object.fromEntries(config.map(({ key, value }) => [String(key), text(value)])),
  };
}

function show(session: PostgresSession, what: string): Promise<readonly ConsoleRow[]> {
  return session.query(`SHOW ${what}`);
}

function poolOf(row: ConsoleRow): Pool {
  const servers = Object.entries(row)
    .filter(([name]) => name.startsWith('sv_'))
    .map(([, value]) => Number(value));
  return {
    database: text(row['database']),
    user: text(row['user']),
    mode: text(row['pool_mode']),
    clientsActive: Number(row['cl_active']),
    clientsWaiting: Number(row['cl_waiting']),
    serversActive: Number(row['sv_active']),
    serversIdle: Number(row['sv_idle']),
    serversLogin: Number(row['sv_login']),
    servers: servers.reduce((sum, each) => sum + each, 0),
    maxWait: Number(row['maxwait']) + Number(row['maxwait_us'] ?? 0) / 1e6,
  };
}

/** 1.24 writes `reserve_pool_size`, others `reserve_pool`. */
function databaseOf(row: ConsoleRow): PooledDatabase {
  return {
    name: text(row['name']),
    poolSize: Number(row['pool_size']),
    reserve: Number(row['reserve_pool_size'] ?? row['reserve_pool'] ?? 0),
    connections: Number(row['current_connections']),
    maxConnections: Number(row['max_connections']),
    paused: Number(row['paused']) > 0,
    disabled: Number(row['disabled']) > 0,
  };
}

/** Microseconds there. `avg_wait_time` was one per second, and is per assignment since 1.23 (stats.c). */
function trafficOf(row: ConsoleRow): PoolTraffic {
  const transactions = Number(row['avg_xact_count']);
  const assignments = row['avg_server_assignment_count'];
  const waited = Number(row['avg_wait_time']) / 1e6;
  const perSecond = assignments === undefined ? transactions : Number(assignments);
  const waitTime = assignments === undefined ? waited / transactions : waited;
  return {
    database: text(row['database']),
    transactionsPerSecond: transactions,
    queriesPerSecond: Number(row['avg_query_count']),
    transactionTime: Number(row['avg_xact_time']) / 1e6,
    queryTime: Number(row['avg_query_time']) / 1e6,
    transactions: Number(row['total_xact_count']),
    waited: Number(row['total_wait_time']) / 1e6,
    waitTime: perSecond > 0 ? waitTime : null,
  };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
