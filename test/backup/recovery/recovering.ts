import { randomBytes } from 'node:crypto';
import { chown, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { jemDb } from '../../support/cli.ts';
import { serverUser } from '../../support/os-user.ts';
import {
  configureServer,
  type PostgresServer,
  type ServerSettings,
} from '../../support/postgres-server.ts';
import { schemaErrors } from '../../support/schema.ts';
import { until } from '../../support/until.ts';
import {
  type ArchivedServer,
  type Bucket,
  startArchived,
  walCommand,
} from '../wal/archived-server.ts';

/** A server with its archive, in which each transaction of a ledger is known by its number. */
export interface Scene extends ArchivedServer {
  /** Commits a row of the ledger, and tells when, by the server's clock, in UTC, and where. */
  commit(number: number): Promise<{ readonly at: string; readonly lsn: string }>;
  /** Runs jem-db with `--json`, and returns its result; the document fits the schema. */
  run<Result>(args: readonly string[], options?: RunOptions): Promise<Result>;
  /** The codes of the warnings of a command that must succeed. */
  warned(args: readonly string[], options: RunOptions): Promise<readonly string[]>;
  /** The error of a command that must fail. */
  refused(args: readonly string[], exitCode?: number): Promise<Refusal>;
  /** Ends the server as a loss of its machine does, and removes all that it had. */
  lose(): Promise<void>;
}

interface RunOptions {
  readonly exitCode?: number;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly cause: string;
  readonly hint: string;
}

export interface Created {
  readonly backup: { readonly id: string };
}

export interface Verified {
  readonly verified: boolean;
  readonly backup: { readonly id: string };
  readonly limits: readonly string[];
  readonly checks: readonly {
    readonly id: string;
    readonly ok: boolean | null;
    readonly detail: string;
  }[];
  readonly tables: readonly object[];
  readonly restoreMs: number;
  readonly recoveryPoint: string;
  readonly recovery: {
    readonly to: string;
    readonly target: string | null;
    readonly timeline: number;
    readonly lsn: string;
    readonly lastTransactionAt: string | null;
    readonly unpackMs: number;
    readonly replayMs: number;
    readonly newest: { readonly lsn: string; readonly at: string | null };
  } | null;
}

export async function scene(
  bin: string,
  {
    conf = [],
    encrypted = false,
    bucket = null,
  }: {
    readonly conf?: readonly string[];
    readonly encrypted?: boolean;
    readonly bucket?: Bucket | null;
  } = {},
): Promise<Scene> {
  const archived = await startArchived(bin, conf, bucket);
  const { server, home } = archived;
  const keyFile = join(home, 'key');
  if (encrypted) {
    await writeFile(keyFile, randomBytes(32).toString('hex'), { mode: 0o600 });
    const { uid, gid } = serverUser();
    await chown(keyFile, uid, gid);
    const push = walCommand('push', home, `--key-file ${keyFile}`, bucket);
    await server.psql(`alter system set archive_command = '${push}'`);
    await server.reload();
  }
  const always = {
    ...(encrypted && { JEM_DB_BACKUP_KEY_FILE: keyFile }),
    ...(bucket && { JEM_DB_BACKUPS: bucket.place, JEM_DB_S3_ENDPOINT: bucket.endpoint }),
  };
  await server.psql('create table ledger (number int primary key)');
  await archived.switched();
  const call = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    jemDb([...args, '--json'], {
      cwd: home,
      env: { DATABASE_URL: server.url(), JEM_DB_POSTGRES_BIN: bin, ...always, ...env },
    });
  return {
    ...archived,
    async commit(number) {
      await server.psql(`insert into ledger values (${number})`);
      // A moment behind the commit, and before the next one.
      const [at = '', lsn = ''] = (
        await server.psql(
          `select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.USZ'), pg_current_wal_insert_lsn()`,
        )
      ).split('|');
      return { at, lsn };
    },
    async run<Result>(args: readonly string[], { exitCode = 0, env = {} }: RunOptions = {}) {
      const done = await call(args, env);
      expect(done.exitCode, done.stdout + done.stderr).toBe(exitCode);
      const document = done.json<Result>();
      expect(schemaErrors(document as never), args.join(' ')).toEqual([]);
      return document.result;
    },
    async warned(args, { env = {} }) {
      const done = await call(args, env);
      expect(done.exitCode, done.stdout + done.stderr).toBe(0);
      return done.json().warnings.map(({ code }) => code);
    },
    async refused(args, exitCode = 4) {
      const done = await call(args);
      expect(done.exitCode, done.stdout + done.stderr).toBe(exitCode);
      return done.json().error as unknown as Refusal;
    },
    async lose() {
      await server.kill();
      await rm(server.dataFolder, { recursive: true, force: true });
    },
  };
}

/** Starts a server on `ROOT/data` as its owner would, and waits until it answers at its target. */
export async function startRecovered(
  { bin, major }: Pick<PostgresServer, 'bin' | 'major'>,
  root: string,
  until_: 'paused' | 'open',
  settings: Pick<ServerSettings, 'conf' | 'env'> = {},
): Promise<PostgresServer> {
  const server = await configureServer({ bin, major }, root, settings);
  const asked =
    until_ === 'open'
      ? 'select not pg_is_in_recovery()'
      : `select pg_get_wal_replay_pause_state() = 'paused'`;
  await until(`the recovery to be ${until_}`, async () => (await server.psql(asked)) === 't');
  return server;
}

/** The numbers of the ledger: `1,2,3`. */
export function ledger(server: PostgresServer): Promise<string> {
  return server.psql(
    `select coalesce(string_agg(number::text, ',' order by number), '') from ledger`,
  );
}

/** The check of one id. */
export function checkOf({ checks }: Verified, id: string) {
  return checks.find((one) => one.id === id);
}

/** The path of an archived segment. */
export async function storedSegment(backups: string, name: string): Promise<string> {
  const [cluster = ''] = await readdir(join(backups, 'wal'));
  const folder = join(backups, 'wal', cluster, name.slice(0, 16));
  const file = (await readdir(folder)).find((one) => one.startsWith(`${name}-`));
  return join(folder, file ?? 'missing');
}
