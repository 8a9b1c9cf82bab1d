import { spawn } from 'node:child_process';
import { chown, open, readFile, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { temporaryFolder } from './folders.ts';
import { freePort } from './free-port.ts';
import { serverUser } from './os-user.ts';
import { password, superuser, type PostgresServer } from './postgres-server.ts';
import { processEnd, signalProcess } from './processes.ts';
import { pgbouncerPath } from './pgbouncer-path.ts';
import { until } from './until.ts';

export interface PgBouncer extends AsyncDisposable {
  readonly port: number;
  /** URL of the same database through the pooler. */
  url(database?: string): string;
}

export interface PgBouncerOptions {
  readonly poolMode: 'session' | 'transaction' | 'statement';
  /** More lines of the `[pgbouncer]` section. */
  readonly conf?: readonly string[];
}

/** Starts a pooler in front of all databases of `server`, on a free port of 127.0.0.1. */
export async function startPgBouncer(
  server: PostgresServer,
  options: PgBouncerOptions,
): Promise<PgBouncer> {
  const folder = await temporaryFolder();
  const port = await freePort();
  const { uid, gid } = serverUser();
  const configuration = join(folder.path, 'pgbouncer.ini');
  const users = join(folder.path, 'users.txt');
  // A plain password, because the pooler itself must log in with SCRAM.
  await writeFile(users, `"${superuser}" "${password}"\n`);
  await writeFile(configuration, settings(server, port, users, options));
  for (const path of [folder.path, configuration, users]) await chown(path, uid, gid);
  const running = await runPgBouncer(configuration, port);
  return {
    port,
    url: (database = 'postgres') =>
      `postgres://${superuser}:${password}@127.0.0.1:${port}/${database}`,
    [Symbol.asyncDispose]: async () => {
      await running[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

export interface RunningPgBouncer extends AsyncDisposable {
  readonly pid: number;
}

/** Runs a pooler with a configuration that is there, until it listens on `port` of 127.0.0.1. */
export async function runPgBouncer(configuration: string, port: number): Promise<RunningPgBouncer> {
  const { uid, gid } = serverUser();
  const logFile = `${configuration}.log`;
  const log = await open(logFile, 'w');
  const child = spawn(await pgbouncerPath(), [configuration], {
    uid,
    gid,
    stdio: ['ignore', log.fd, log.fd],
  });
  await log.close();
  const { pid } = child;
  if (pid === undefined) throw new Error('PgBouncer could not be started');
  await until('PgBouncer to listen', async () => {
    if (child.exitCode !== null) {
      throw new Error(`PgBouncer ended:\n${await readFile(logFile, 'utf8')}`);
    }
    return listens(port);
  });
  return {
    pid,
    [Symbol.asyncDispose]: async () => {
      signalProcess(pid, 'SIGKILL');
      await processEnd(pid);
    },
  };
}

function settings(
  server: PostgresServer,
  port: number,
  users: string,
  options: PgBouncerOptions,
): string {
  return `[databases]
* = host=127.0.0.1 port=${server.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
pool_mode = ${options.poolMode}
ignore_startup_parameters = extra_float_digits
${(options.conf ?? []).join('\n')}
`;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
