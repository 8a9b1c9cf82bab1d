import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import type {
  BackupOptions,
  Progress,
  Restored,
  RestoreOptions,
  RestoreSource,
  TakenBackup,
} from '../../../../src/engines/backing-up.ts';
import type { Session } from '../../../../src/engines/engine.ts';
import { sqliteRestoring } from '../../../../src/engines/sqlite/backup/restoring.ts';
import { sqlite } from '../../../../src/engines/sqlite/engine.ts';
import { ledgerTable, open } from '../session-tools.ts';

export interface Backup {
  readonly taken: TakenBackup;
  /** The copy that the stage was given. */
  readonly copy: string;
}

export interface Wishes {
  readonly jobs?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  readonly mode?: 'read' | 'existing';
}

/** Backs a database up into a new folder, which stands for a repository's stage. */
export async function backUp(file: string, folder: string, wishes: Wishes = {}): Promise<Backup> {
  await using session = await open(file, wishes.mode ?? 'read');
  return await backUpSession(session, folder, wishes);
}

export async function backUpSession(
  session: Session,
  folder: string,
  { jobs = 2, signal = new AbortController().signal, onProgress = () => {} }: Wishes = {},
): Promise<Backup> {
  await mkdir(folder);
  const took: string[] = [];
  const options: BackupOptions = {
    ...{ ledgerTable, signal, jobs, onProgress, binaries: null, compression: null },
    stage: {
      folder,
      async take(path, content) {
        took.push(`${path} ${content}`);
      },
      async put() {},
    },
  };
  const taken = await session.backup(options);
  if (took.join() !== 'database.sqlite plain') throw new Error(`taken: ${took.join()}`);
  return { taken, copy: join(folder, 'database.sqlite') };
}

/** The content of a file, as a session reads it. */
export async function contentOf(file: string, jobs = 2): Promise<TakenBackup['content']> {
  await using session = await open(file, 'read');
  const signal = new AbortController().signal;
  return await session.content({ ledgerTable, signal, jobs, onProgress: () => {} });
}

/** A backup as a repository gives it; `damage` changes its bytes. */
export function sourceOf(
  { taken, copy }: Backup,
  damage: (bytes: Buffer) => Buffer = (bytes) => bytes,
): RestoreSource {
  return {
    ...taken,
    files: ['database.sqlite'],
    open: () => Readable.from(pieces(damage(readFileSync(copy)))),
    folder: async () => dirname(copy),
    async [Symbol.asyncDispose]() {},
  };
}

function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let from = 0; from < bytes.length; from += 65_536) yield bytes.subarray(from, from + 65_536);
}

export const environment = { env: {}, cwd: '/', home: '/', user: 'nobody' };

/** Restores into a file, or single tables of it. */
export async function restoreInto(
  file: string,
  source: RestoreSource,
  wishes: Partial<RestoreOptions> = {},
): Promise<Restored> {
  return sqliteRestoring.restore(source, await sqlite.parse(file, environment), {
    ...{ signal: new AbortController().signal, jobs: 2, binaries: null, ledgerTable },
    ...{ connectTimeout: 300, clean: false, tables: null, onProgress: () => {} },
    ...wishes,
  });
}
