import type { Repository } from '../repository/contract.ts';
import type { Manifest, Proof, RecoveryProof } from '../repository/manifest.ts';
import { type BackupSummary, summaryOf, type Verdict, verdictOf } from './summary.ts';
import { chainIn } from './wal/bases.ts';
import { type TimedWindow, windowsByBase } from './wal/recoverable.ts';

export type ListedSummary =
  | (BackupSummary & {
      readonly proved: Verdict | null;
      readonly damage: null;
      /** Null: of one database, as it was at one moment. */
      readonly recovery: Recovery | null;
    })
  | { readonly id: string; readonly proved: Verdict | null; readonly damage: string };

/** What a base backup can be recovered to, and what that needs beside the log. */
export interface Recovery {
  /** Ids in order, itself last; null: one of them is not there. */
  readonly chain: readonly string[] | null;
  /** By timeline; null: the archive cannot be read. */
  readonly windows: readonly TimedWindow[] | null;
  /**
   * Whether its log is archived without a gap up to the last segment of the newest timeline that
   * leads from it; null: nothing behind it is archived, or that cannot be read.
   */
  readonly complete: boolean | null;
  /** The last proof, where it was a recovery with the archive; null: it was none, or failed. */
  readonly proved: ProvedRecovery | null;
}

/** When a recovery was proved, and to where. */
interface ProvedRecovery extends Pick<
  RecoveryProof,
  'to' | 'target' | 'timeline' | 'lsn' | 'lastTransactionAt'
> {
  /** ISO 8601, UTC. */
  readonly at: string;
}

export interface ListResult {
  readonly repository: string;
  /** Oldest first. */
  readonly backups: readonly ListedSummary[];
}

export async function listBackups(repository: Repository): Promise<ListResult> {
  const listed = await repository.list();
  const windows = await windowsByBase(repository, listed);
  const manifests = listed.map(({ manifest }) => manifest).filter((one) => one !== null);
  const bases = manifests.filter((one) => one.kind === 'base');
  const recoveryOf = (manifest: Manifest, lastProof: Proof | null): Recovery | null => {
    if (manifest.kind !== 'base') return null;
    const own = windows.get(manifest.id) ?? null;
    const proved = provedIn(lastProof);
    return { chain: chainIn(bases, manifest), windows: own, complete: isComplete(own), proved };
  };
  return {
    repository: repository.display,
    backups: listed.map(({ id, manifest, damage, lastProof }) => {
      const proved = verdictOf(lastProof);
      if (manifest === null)
        return { id, proved, damage: damage ?? 'its manifest is not readable' };
      const summary = summaryOf(manifest, repository.display);
      return { ...summary, proved, damage: null, recovery: recoveryOf(manifest, lastProof) };
    }),
  };
}

function isComplete(windows: Recovery['windows']): boolean | null {
  const newest = windows?.toSorted((one, other) => other.timeline - one.timeline)[0];
  if (!newest || (newest.lastSegment === null && newest.missing === null)) return null;
  return newest.missing === null;
}

function provedIn(proof: Proof | null): ProvedRecovery | null {
  if (!proof?.verified || !proof.recovery) return null;
  const { to, target, timeline, lsn, lastTransactionAt } = proof.recovery;
  return { at: proof.finishedAt, to, target, timeline, lsn, lastTransactionAt };
}
