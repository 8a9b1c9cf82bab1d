import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { type CliResult, jemDb, startJemDb } from '../../../support/cli.ts';
import { type TemporaryFolder, temporaryFolder } from '../../../support/folders.ts';
import {
  configureServer,
  ownedFolder,
  password,
  type PostgresServer,
  superuser,
} from '../../../support/postgres-server.ts';
import { startPostgres } from '../../../support/postgres.ts';
import { schemaErrors } from '../../../support/schema.ts';

const run = promisify(execFile);

/** A server of the test's own with pgbench's tables, and a folder with its backups. */
export interface Cluster extends AsyncDisposable {
  readonly server: PostgresServer;
  readonly work: TemporaryFolder;
  /** Runs jem-db on it. */
  jemDb(
    args: readonly string[],
    options?: { readonly env?: Record<string, string> },
  ): Promise<CliResult>;
}

export async function cluster(
  bin: string,
  settings: { readonly conf?: readonly string[]; readonly hba?: readonly string[] } = {},
): Promise<Cluster> {
  const server = await startPostgres({
    bin,
    ...settings,
    hba: ['host replication all 127.0.0.1/32 scram-sha-256', ...(settings.hba ?? [])],
  });
  const work = await temporaryFolder();
  await pgbench(server, ['-i', '-q', '-s', '1']);
  return {
    server,
    work,
    jemDb: (args, { env = {} } = {}) =>
      jemDb(args, {
        cwd: work.path,
        env: { DATABASE_URL: server.url(), JEM_DB_POSTGRES_BIN: bin, ...env },
      }),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await work[Symbol.asyncDispose]();
    },
  };
}

/** Starts the command and hands back the child. */
export function startOn({ server, work }: Cluster, args: readonly string[]) {
  const env = { DATABASE_URL: server.url(), JEM_DB_POSTGRES_BIN: server.bin };
  return startJemDb(args, { cwd: work.path, env });
}

export async function pgbench(server: PostgresServer, args: readonly string[]): Promise<void> {
  await run(
    join(server.bin, 'pgbench'),
    ['-h', server.socketFolder, '-p', String(server.port), '-U', superuser, ...args, 'postgres'],
    { env: { PATH: process.env['PATH'], PGPASSWORD: password } },
  );
}

/** Runs `body` while pgbench writes; what it throws counts more than what pgbench says. */
export async function whileWriting<T>(server: PostgresServer, body: () => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const writing = run(
    join(server.bin, 'pgbench'),
    [
      ...['-h', server.socketFolder, '-p', String(server.port), '-U', superuser],
      ...['-n', '-c', '3', '-T', '600', 'postgres'],
    ],
    { env: { PATH: process.env['PATH'], PGPASSWORD: password }, signal: stop.signal },
  ).catch(() => null);
  try {
    return await body();
  } finally {
    stop.abort();
    await writing;
  }
}

/** The result of a command that must end well, or as told. */
export async function resultOf<Result = Readonly<Record<string, never>>>(
  { jemDb: runIt }: Pick<Cluster, 'jemDb'>,
  args: readonly string[],
  exitCode = 0,
  env: Record<string, string> = {},
): Promise<Result> {
  const done = await runIt([...args, '--json'], { env });
  expect(done.exitCode, done.stdout + done.stderr).toBe(exitCode);
  const document = done.json<Result>();
  expect(schemaErrors(document as never), args.join(' ')).toEqual([]);
  return document.result;
}

/** A folder that servers may use, for what is restored and for archives. */
export async function serverFolder(): Promise<TemporaryFolder> {
  const folder = await temporaryFolder();
  await ownedFolder(folder.path);
  return folder;
}

/** Starts a server on a restored folder, whose parent it may use for its socket. */
export async function startRestored(
  server: PostgresServer,
  root: string,
  conf: readonly string[] = [],
): Promise<PostgresServer> {
  const { major, bin } = server;
  return configureServer({ major, bin }, root, { conf: ["archive_mode = 'off'", ...conf] });
}

/** What pgbench changes together: they are equal in every state that was committed. */
export const sumsSql =
  'select (select sum(abalance) from pgbench_accounts), (select sum(bbalance) from pgbench_branches), (select sum(tbalance) from pgbench_tellers), (select coalesce(sum(delta), 0) from pgbench_history)';
