import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackupOptions, Progress, TakenBackup } from '../../../../src/engines/backing-up.ts';
import type { Session } from '../../../../src/engines/engine.ts';
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
