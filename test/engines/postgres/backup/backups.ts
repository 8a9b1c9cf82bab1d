import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { BackupOptions, TakenBackup } from '../../../../src/engines/backing-up.ts';
import type { PostgresSession } from '../../../../src/engines/postgres/session.ts';
import { temporaryFolder } from '../../../support/folders.ts';
import type { PostgresServer } from '../../../support/postgres.ts';
import { opened } from '../connecting.ts';

export interface Taken extends TakenBackup {
  readonly folder: string;
  /** Paths, as the stage was handed them. */
  readonly files: readonly string[];
}

/** Takes a backup into a folder of the test's, as a repository without encryption would. */
export async function backedUp(
  session: PostgresSession,
  options: Partial<BackupOptions> & Pick<BackupOptions, 'binaries'>,
): Promise<Taken> {
  const { path: folder } = await temporaryFolder();
  const files: string[] = [];
  const taken = await session.backup({
    ledgerTable: 'jem_db_migrations',
    signal: new AbortController().signal,
    jobs: 2,
    onProgress: () => {},
    compression: null,
    stage: {
      folder,
      take: async (path) => {
        files.push(path);
      },
      put: async () => {},
    },
    ...options,
  });
  return { ...taken, folder: options.stage?.folder ?? folder, files };
}

export async function backupOf(
  url: string,
  server: PostgresServer,
  options: Partial<BackupOptions> = {},
): Promise<Taken> {
  await using session = await opened(url);
  return await backedUp(session, { binaries: server.bin, ...options });
}

/** Restores a dump by plain pg_restore into a new database, and answers its URL. */
export async function restoredBy(server: PostgresServer, folder: string): Promise<string> {
  const url = await server.createDatabase();
  await execa(join(server.bin, 'pg_restore'), ['--exit-on-error', '-d', url, folder]);
  return url;
}

/** Programs that run with `needle` in their command line, as `/proc` shows them. */
export async function running(needle: string): Promise<readonly number[]> {
  const { stdout } = await execa('ps', ['-eo', 'pid=,args=']);
  return stdout
    .split('\n')
    .filter((line) => line.includes(needle) && !line.includes('ps -eo'))
    .map((line) => Number.parseInt(line, 10));
}

export async function isEmpty(folder: string): Promise<boolean> {
  return (await readdir(folder)).length === 0;
}
