import type { Compression, LeftOut, Progress } from '../engines/backing-up.ts';
import type { BaseParent } from '../engines/base-backup.ts';
import type { BaseBackups, Session, Warning } from '../engines/engine.ts';
import { JemError } from '../errors.ts';
import type { Repository } from '../repository/contract.ts';
import type { Manifest } from '../repository/manifest.ts';
import { version } from '../version.ts';
import { type BackupSummary, summaryOf } from './summary.ts';
import { chainIn } from './wal/bases.ts';

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
    ...about(session, startedAt),
  });
  const { tables, leftOut } = taken.content;
  if (tables.length === 0)
    options.warn({
      code: 'backup-empty',
      message: `${session.display} holds no tables: is it the database that was meant?`,
    });
  return { backup: summaryOf(manifest, repository.display), leftOut: ofTheDatabase(leftOut) };
}

export interface CreateBaseOptions extends Omit<CreateOptions, 'binaries'> {
  readonly incremental: boolean;
  /**
   * Incremental ones that may build on a whole one: a whole one is taken where there are so many, or
   * none to build on. Null: an incremental one, or none.
   */
  readonly maxIncrements: number | null;
  /** kB (1024 bytes) a second; null: as much as goes. */
  readonly rate: number | null;
  readonly fingerprints: boolean;
}

/**
 * Takes a backup of the whole cluster that the session is in, and publishes it whole or not at all.
 * Throws as `BaseBackups.take` and `Repository` do, `backup-missing` where there is none to build
 * on.
 */
export async function createBaseBackup(
  session: Session,
  backups: BaseBackups,
  repository: Repository,
  { incremental, maxIncrements, ...options }: CreateBaseOptions,
): Promise<CreateResult> {
  await sweepAround(repository, options);
  await using draft = await repository.begin();
  const startedAt = new Date();
  const { id, stage } = draft;
  const parentOf = incremental
    ? (cluster: string) => newestOf(repository, cluster, maxIncrements)
    : null;
  const taken = await backups.take(session, { ...options, id, stage, parentOf });
  options.signal.throwIfAborted();
  const publish = () => draft.publish({ ...taken, kind: 'base', ...about(session, startedAt) });
  const { parent } = taken;
  const manifest = await (parent === null ? publish() : besideParent(repository, parent, publish));
  return { backup: summaryOf(manifest, repository.display), leftOut: 0 };
}

/** Nobody may remove the parent between the last look at it and the moment that its child is seen. */
async function besideParent(
  repository: Repository,
  parent: string,
  publish: () => Promise<Manifest>,
): Promise<Manifest> {
  for (;;)
    try {
      return await repository.exclusively(async () => {
        await repository.manifest(parent);
        return await publish();
      });
    } catch (error) {
      if (!(error instanceof JemError && error.code === 'repository-busy')) throw error;
    }
}

async function newestOf(
  repository: Repository,
  cluster: string,
  maxIncrements: number | null,
): Promise<BaseParent | null> {
  const listed = await repository.list();
  const bases = listed.flatMap(({ manifest }) =>
    manifest?.kind === 'base' && manifest.cluster === cluster ? [manifest] : [],
  );
  const parent = bases.at(-1);
  if (maxIncrements !== null) {
    const chain = parent ? chainIn(bases, parent) : null;
    if (chain === null || chain.length > maxIncrements) return null;
  }
  if (!parent)
    throw new JemError(
      'backup-missing',
      'There is no backup that an incremental one could build on',
      {
        why: `${repository.display} holds no base backup of this cluster (system identifier ${cluster}).`,
        hint: 'Take one without --incremental first.',
      },
    );
  const { id, serverVersion, facts } = parent;
  return { id, serverVersion, facts, open: (path) => bytesOf(repository, id, path) };
}

async function* bytesOf(repository: Repository, id: string, path: string): AsyncGenerator<Buffer> {
  yield* await repository.file(id, path);
}

function about({ engine, display }: Session, startedAt: Date) {
  return {
    engine: engine.name,
    database: display,
    startedAt: startedAt.toISOString(),
    finishedAt: new Date().toISOString(),
    jemDbVersion: version,
  };
}

/** What belongs to the server as a whole, its roles for one, is in no backup of a database. */
function ofTheDatabase(leftOut: readonly LeftOut[]): number {
  return leftOut.filter(({ schema }) => schema !== null).length;
}

/** What others have left behind must not fill the disk; whether it can be swept is no condition. */
async function sweepAround(
  repository: Repository,
  { onNote }: Pick<CreateOptions, 'onNote'>,
): Promise<void> {
  try {
    const removed = await repository.sweep();
    if (removed.length > 0) onNote(`Removed what unfinished runs had left: ${removed.join(', ')}`);
  } catch (error) {
    if (!(error instanceof JemError && error.code === 'repository-busy')) throw error;
  }
}
