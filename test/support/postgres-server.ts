import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFile, chmod, chown, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { freePort } from './free-port.ts';
import { serverUser } from './os-user.ts';
import { childrenOf, processEnd, signalProcess } from './processes.ts';
import { until } from './until.ts';

export const superuser = 'postgres';
export const password = 'secret-of-the-test';

/** Everything a process needs to reach a server; plain data. */
export interface PostgresAddress {
  readonly major: number;
  readonly bin: string;
  readonly port: number;
  /** Holds the unix socket. */
  readonly socketFolder: string;
  readonly dataFolder: string;
}

/** `smart` waits for clients, `fast` disconnects them, `immediate` is an orderly crash. */
export type StopMode = 'smart' | 'fast' | 'immediate';

export interface PostgresServer extends PostgresAddress, AsyncDisposable {
  /** URL over TCP for the superuser with its password; `params` become its query. */
  url(database?: string, params?: Readonly<Record<string, string>>): string;
  /** Creates an empty database with a name of its own and returns its URL. */
  createDatabase(): Promise<string>;
  /** Runs SQL as superuser and returns psql's unaligned output, without headings. */
  psql(sql: string, database?: string): Promise<string>;
  reload(): Promise<void>;
  stop(mode?: StopMode): Promise<void>;
  /** Starts it again after `stop` or `kill`, with more in its environment; waits until it answers. */
  start(env?: ServerSettings['env']): Promise<void>;
  /** SIGKILL to the server and all its backends. */
  kill(): Promise<void>;
  /** The server's log so far. */
  log(): Promise<string>;
}

const stopSignals = { smart: 'SIGTERM', fast: 'SIGINT', immediate: 'SIGQUIT' } as const;

/** The address as a server that can be asked and stopped. */
export function serverAt(
  address: PostgresAddress,
  env: ServerSettings['env'] = {},
): PostgresServer {
  const { bin, port, socketFolder, dataFolder } = address;
  const url = (database = 'postgres', params: Readonly<Record<string, string>> = {}) => {
    const query = new URLSearchParams(params).toString();
    const base = `postgres://${superuser}:${password}@127.0.0.1:${port}/${database}`;
    return query ? `${base}?${query}` : base;
  };
  const psql = async (sql: string, database = 'postgres') => {
    const options = ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-h', socketFolder, '-p', String(port)];
    const { stdout } = await execa(
      join(bin, 'psql'),
      [...options, '-U', superuser, '-d', database],
      {
        input: sql,
        env: { PATH: process.env['PATH'], PGPASSWORD: password },
        extendEnv: false,
      },
    );
    return stdout;
  };
  const stop = async (mode: StopMode = 'fast') => {
    const pid = await postmasterPid(dataFolder);
    if (pid === null || !signalProcess(pid, stopSignals[mode])) return;
    await processEnd(pid);
  };
  return {
    ...address,
    url,
    psql,
    stop,
    createDatabase: async () => {
      const name = `test_${randomBytes(6).toString('hex')}`;
      await psql(`create database ${name}`);
      return url(name);
    },
    reload: async () => {
      await psql('select pg_reload_conf()');
    },
    start: (more = {}) => startServer(address, { ...env, ...more }),
    kill: () => killServer(dataFolder),
    log: () => readFile(logFile(dataFolder), 'utf8'),
    [Symbol.asyncDispose]: async () => {
      await stop('immediate');
      await rm(rootOf(dataFolder), { recursive: true, force: true });
    },
  };
}

/** Makes the cluster that all servers of one version are copied from. */
export async function createTemplate(bin: string, folder: string): Promise<void> {
  await ownedFolder(folder);
  const passwordFile = `${folder}.password`;
  await writeFile(passwordFile, password);
  await execa(
    join(bin, 'initdb'),
    [
      ...['-D', folder, '-U', superuser, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'],
      ...['--locale=C.UTF-8', '--encoding=UTF8', '--no-sync', '--no-instructions'],
    ],
    serverUser(),
  );
  await rm(passwordFile);
  await appendFile(
    join(folder, 'postgresql.conf'),
    "fsync = off\nshared_buffers = 32MB\nlc_messages = 'C'\ntimezone = 'UTC'\n",
  );
}

export interface ServerSettings {
  /** Lines for the end of postgresql.conf; a later line wins. */
  readonly conf?: readonly string[];
  /** Lines for the beginning of pg_hba.conf, where the first match wins. */
  readonly hba?: readonly string[];
  /** Files for the data folder (keys, certificates), readable for the server alone. */
  readonly files?: Readonly<Record<string, string>>;
  /** Its environment besides PATH. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Copies `template` (a data folder that is not in use) into `root` and starts a server there,
 * on a free port of 127.0.0.1 and on a unix socket.
 */
export async function createServer(
  version: { readonly major: number; readonly bin: string },
  template: string,
  root: string,
  settings: ServerSettings = {},
): Promise<PostgresServer> {
  const dataFolder = join(root, 'data');
  await ownedFolder(root);
  await execa('cp', ['-a', template, dataFolder]);
  return configureServer(version, root, settings);
}

/** As `createServer`, where `root` already holds the data folder. */
export async function configureServer(
  version: { readonly major: number; readonly bin: string },
  root: string,
  settings: ServerSettings = {},
): Promise<PostgresServer> {
  const dataFolder = join(root, 'data');
  const address = { ...version, port: await freePort(), socketFolder: root, dataFolder };
  const conf = [
    "listen_addresses = '127.0.0.1'",
    `port = ${address.port}`,
    `unix_socket_directories = '${root}'`,
    ...(settings.conf ?? []),
  ];
  await appendFile(join(dataFolder, 'postgresql.conf'), `\n${conf.join('\n')}\n`);
  const hbaFile = join(dataFolder, 'pg_hba.conf');
  const hba = await readFile(hbaFile, 'utf8');
  await writeFile(hbaFile, [...(settings.hba ?? []), hba].join('\n'));
  for (const [name, content] of Object.entries(settings.files ?? {})) {
    await ownedFile(join(dataFolder, name), content);
  }
  await startServer(address, settings.env);
  return serverAt(address, settings.env);
}

async function startServer(
  address: PostgresAddress,
  env: ServerSettings['env'] = {},
): Promise<void> {
  const { bin, dataFolder } = address;
  const log = await open(logFile(dataFolder), 'a');
  const child = spawn(join(bin, 'postgres'), ['-D', dataFolder], {
    ...serverUser(),
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', log.fd, log.fd],
    detached: true,
  });
  child.unref();
  await log.close();
  let ended = false;
  child.once('error', () => (ended = true));
  child.once('exit', () => (ended = true));
  await until(`PostgreSQL ${address.major} to start`, async () => {
    if (ended) throw new Error(`PostgreSQL did not start:\n${await readLog(dataFolder)}`);
    const lines = (await pidFile(dataFolder)).split('\n');
    return Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready';
  });
}

async function killServer(dataFolder: string): Promise<void> {
  const pid = await postmasterPid(dataFolder);
  if (pid === null) return;
  const backends = await childrenOf(pid);
  const all = [pid, ...backends];
  for (const one of all) signalProcess(one, 'SIGKILL');
  await Promise.all(all.map(processEnd));
}

async function postmasterPid(dataFolder: string): Promise<number | null> {
  const pid = Number((await pidFile(dataFolder)).split('\n')[0]);
  if (!pid) return null;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return command.includes(dataFolder) ? pid : null;
}

function pidFile(dataFolder: string): Promise<string> {
  return readFile(join(dataFolder, 'postmaster.pid'), 'utf8').catch(() => '');
}

function readLog(dataFolder: string): Promise<string> {
  return readFile(logFile(dataFolder), 'utf8').catch(() => '(no log)');
}

function rootOf(dataFolder: string): string {
  return join(dataFolder, '..');
}

function logFile(dataFolder: string): string {
  return join(rootOf(dataFolder), 'server.log');
}

/** Makes a folder that the servers' user may write to. */
export async function ownedFolder(path: string): Promise<void> {
  const { uid, gid } = serverUser();
  await mkdir(path, { recursive: true });
  await chmod(path, 0o755);
  await chown(path, uid, gid);
}

async function ownedFile(path: string, content: string): Promise<void> {
  const { uid, gid } = serverUser();
  await writeFile(path, content, { mode: 0o600 });
  await chown(path, uid, gid);
}
