import { chmod, chown, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { cliPath } from '../../support/cli.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { serverUser } from '../../support/os-user.ts';
import {
  ownedFolder,
  configureServer,
  superuser,
  password,
} from '../../support/postgres-server.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { store } from '../../support/s3.ts';
import { until } from '../../support/until.ts';

/** As a line of postgresql.conf has it. */
export function walCommand(
  verb: 'push' | 'fetch',
  home: string,
  more = '',
  bucket: Bucket | null = null,
): string {
  const file = verb === 'push' ? '"%p"' : '%f "%p"';
  const where = bucket ? `${bucket.place} --s3-endpoint ${bucket.endpoint}` : join(home, 'backups');
  return `HOME=${home} ${process.execPath} ${cliPath} backup wal ${verb} ${file} --backups ${where} ${more}`;
}

/** A place in a bucket, and where its store is. */
export interface Bucket {
  readonly place: string;
  readonly endpoint: string;
}

export interface ArchivedServer extends AsyncDisposable {
  readonly server: PostgresServer;
  /** Home of its user, with `backups` in it. */
  readonly home: string;
  readonly backups: string;
  /** Ends a segment, and waits until it is archived; returns its name. */
  switched(): Promise<string>;
}

/**
 * A server of its own whose archiver is jem-db; into a bucket, with credentials that its user's home
 * has.
 */
export async function startArchived(
  bin: string,
  conf: readonly string[] = [],
  bucket: Bucket | null = null,
): Promise<ArchivedServer> {
  const folder = await temporaryFolder();
  await chmod(folder.path, 0o755);
  const home = join(folder.path, 'home');
  await ownedFolder(home);
  if (bucket) await keepCredentials(home);
  const server = await startPostgres({
    bin,
    conf: [
      'archive_mode = on',
      `archive_command = '${walCommand('push', home, '', bucket)}'`,
      ...['min_wal_size = 32MB', 'max_wal_size = 64MB', 'wal_keep_size = 0', ...conf],
    ],
  });
  return {
    ...{ server, home, backups: join(home, 'backups') },
    async switched() {
      const name = await server.psql(
        "select pg_walfile_name(pg_current_wal_insert_lsn()) from pg_logical_emit_message(true, 'test', 'x')",
      );
      await server.psql('select pg_switch_wal()');
      await until(`${name} to be archived`, () => isArchived(server, name));
      return name;
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** As a person does who configures the AWS tools. */
async function keepCredentials(home: string): Promise<void> {
  const folder = join(home, '.aws');
  await ownedFolder(folder);
  const file = join(folder, 'credentials');
  const { accessKeyId, secretAccessKey } = store();
  const lines = ['[default]', `aws_access_key_id = ${accessKeyId}`];
  lines.push(`aws_secret_access_key = ${secretAccessKey}`, '');
  await writeFile(file, lines.join('\n'), { mode: 0o600 });
  const { uid, gid } = serverUser();
  await chown(file, uid, gid);
}

async function isArchived(server: PostgresServer, name: string): Promise<boolean> {
  const sql = `select count(*) from pg_ls_archive_statusdir() where name = '${name}.done' or (select last_archived_wal >= '${name}' from pg_stat_archiver)`;
  return Number(await server.psql(sql)) > 0;
}

/** A copy of a running server's data folder, taken by pg_basebackup without its log. */
export async function copyOf(server: PostgresServer): Promise<string> {
  const folder = await temporaryFolder();
  const root = join(folder.path, 'copy');
  await chmod(folder.path, 0o755);
  await ownedFolder(root);
  await execa(
    join(server.bin, 'pg_basebackup'),
    [
      ...['-D', join(root, 'data'), '-X', 'none', '-c', 'fast', '--no-sync'],
      ...['-h', server.socketFolder, '-p', String(server.port), '-U', superuser],
    ],
    { ...serverUser(), env: { PGPASSWORD: password } },
  );
  return root;
}

/** Starts a copy that recovers with `restore_command`, and waits until it is done recovering. */
export async function recover(
  { bin, major }: PostgresServer,
  root: string,
  restoreCommand: string,
  conf: readonly string[] = [],
): Promise<PostgresServer> {
  await execa('touch', [join(root, 'data/recovery.signal')], serverUser());
  const server = await configureServer({ bin, major }, root, {
    conf: ['archive_mode = off', `restore_command = '${restoreCommand}'`, ...conf],
  });
  await until(
    'the recovery to end',
    async () => (await server.psql('select pg_is_in_recovery()')) === 'f',
  );
  return server;
}
