import type { RestoreCheck } from '../engines/backing-up.ts';
import type { Engine, RestoredCluster, ScratchOptions } from '../engines/engine.ts';
import type { Recovered, ScratchRecovery } from '../engines/recovering.ts';
import { JemError } from '../errors.ts';
import type { Repository } from '../repository/contract.ts';
import type { BaseManifest, RecoveryProof } from '../repository/manifest.ts';
import {
  compareContent,
  type Compared,
  type CompareOptions,
  compareStructure,
} from './compared.ts';
import { failedRestore, notRestored, orVerdict, type Seen } from './seen.ts';
import { openChain } from './sources.ts';

/** A recovery that was found to be possible, and what the archive goes to. */
export interface VerifyRecovery extends ScratchRecovery {
  readonly newest: RecoveryProof['newest'];
}

export interface ClusterVerifying extends CompareOptions {
  readonly scratch: Omit<ScratchOptions, 'like'>;
  /** Null: none was asked for; an error: why it cannot be. */
  readonly recovery: VerifyRecovery | JemError | null;
}

/**
 * Restores a base backup, with all that it builds on, into a throwaway server, recovers there where
 * that was asked for, and looks at what came of it. Throws `scratch-unavailable`.
 */
export async function verifyCluster(
  repository: Repository,
  engine: Engine,
  manifest: BaseManifest,
  options: ClusterVerifying,
): Promise<Seen> {
  const { signal, jobs, onProgress } = options;
  const recovery = options.recovery instanceof JemError ? null : options.recovery;
  const restored = await orVerdict(signal, async () => {
    const backups = await engine.baseBackups?.();
    if (!backups) throw new Error(`${engine.name} has no base backups`);
    await using chain = await openChain(repository, manifest);
    const wish = { ...options.scratch, like: null, jobs, onProgress, recovery };
    return await backups.restoreIntoScratch(chain.sources, wish);
  });
  if (restored instanceof JemError) return notRestored(manifest, [failedRestore(restored)]);
  return look(restored, manifest, options);
}

async function look(
  restored: RestoredCluster,
  manifest: BaseManifest,
  options: ClusterVerifying,
): Promise<Seen> {
  await using scratch = restored;
  await using session = await scratch.connect();
  const { description, limits, restoreMs, recovered } = scratch;
  const { recovery } = options;
  const aim = recovery instanceof JemError ? null : recovery;
  const point = await atPoint(scratch, manifest, aim, options);
  return {
    checks: [
      { id: 'restore', ok: true, detail: `into ${description}` },
      ...(recovered ? [recovered.stop] : []),
      ...(point?.checks ?? []),
      ...(await scratch.check()),
      ...(point ? [] : [unseen(manifest, recovery)]),
    ],
    tables: point?.tables ?? [],
    restored: { description, limits, restoreMs },
    serverVersion: session.serverVersion,
    recovery: recovered && aim && proofOf(recovered, aim),
  };
}

/** Compares with the fingerprints of the restore point; null: the recovery was not to that. */
async function atPoint(
  scratch: RestoredCluster,
  manifest: BaseManifest,
  aim: VerifyRecovery | null,
  options: ClusterVerifying,
): Promise<Compared | null> {
  const { restorePoint } = manifest;
  const { recovered } = scratch;
  const isThere = aim?.target.kind === 'name' && aim.target.value === restorePoint?.name;
  if (!restorePoint || !recovered || !isThere) return null;
  const ended = await recovered.open(restorePoint);
  await using session = await scratch.connect();
  const structure = await compareStructure(session, restorePoint, options);
  const compared = await compareContent(session, restorePoint, options);
  const checks: RestoreCheck[] = [...compared.checks, ...structure, ended];
  return { checks, tables: compared.tables };
}

function unseen(manifest: BaseManifest, recovery: ClusterVerifying['recovery']): RestoreCheck {
  return { id: 'fingerprints', ok: null, detail: whyNot(manifest, recovery) };
}

function whyNot(
  { restorePoint, withoutPoint }: BaseManifest,
  recovery: ClusterVerifying['recovery'],
): string {
  if (!restorePoint) return `none were taken: ${withoutPoint}`;
  const { name } = restorePoint;
  if (recovery === null || recovery instanceof JemError)
    return `taken at the restore point ${name}, which only the WAL archive reaches${recovery ? `: ${recovery.details.why ?? recovery.message}` : ''}`;
  return `taken at the restore point ${name}; what was written elsewhere in the log has none: --to-name ${name} compares`;
}

function proofOf(
  { lsn, lastTransactionAt, unpackMs, replayMs }: Recovered,
  { target, timeline, newest }: VerifyRecovery,
): RecoveryProof {
  const { kind, value, inclusive } = target;
  return {
    ...{ to: kind, target: value, inclusive, timeline },
    ...{ lsn, lastTransactionAt, unpackMs, replayMs, newest },
  };
}
