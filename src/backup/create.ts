import type { Compression, LeftOut, Progress } from '../engines/backing-up.ts';
import type { Session, Warning } from '../engines/engine.ts';
import { JemError } from '../errors.ts';
import type { Repository } from '../repository/contract.ts';
import { version } from '../version.ts';
import { type BackupSummary, summaryOf } from './summary.ts';

export interface CreateOptions {
  readonly ledgerTable: string;
  readonly binaries: string | null;
  readonly compression: Compression | null;
  readonly jobs: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  readonly onNote: (text: string) => void;
  readonly warn: (warning: Warning) => void;
}

export interface CreateResult {
  readonly backup: BackupSummary;
  /** What the database holds and the backup does not. */
  readonly leftOut: number;
}

/**
 * Takes a backup of what the session sees in one snapshot, and publishes it whole or not at all.
 * Throws as `Session.backup` and `Repository` do.
 */
export async function createBackup(
  session: Session,
  repository: Repository,
  options: CreateOptions,
): Promise<CreateResult> {
  await sweepAround(repository, options);
  await using draft = await repository.begin();
  const startedAt = new Date();
  const taken = await session.backup({ ...options, stage: draft.stage });
  options.signal.throwIfAborted();
  const manifest = await draft.publish({
    ...taken,
    kind: 'logical',
    engine: session.engine.name,
    database: session.display,
    startedAt: startedAt.toISOString(),
    finishedAt: new Date().toISOString(),
    jemDbVersion: version,
  });
  const { tables, leftOut } = manifest.content;
  if (tables.length === 0)
    options.warn({
      code: 'backup-empty',
      message: `${session.display} holds no tables: is it the database that was meant?`,
    });
  return { backup: summaryOf(manifest, repository.display), leftOut: ofTheDatabase(leftOut) };
}

/** What belongs to the server as a whole, its roles for one, is in no backup of a database. */
function ofTheDatabase(leftOut: readonly LeftOut[]): number {
  return leftOut.filter(({ schema }) => schema !== null).length;
}

/** What others have left behind must not fill the disk; whether it can be swept is no condition. */
async function sweepAround(repository: Repository, { onNote }: CreateOptions): Promise<void> {
  try {
    const removed = await repository.sweep();
    if (removed.length > 0) onNote(`Removed what unfinished runs had left: ${removed.join(', ')}`);
  } catch (error) {
    if (!(error instanceof JemError && error.code === 'repository-busy')) throw error;
  }
}
