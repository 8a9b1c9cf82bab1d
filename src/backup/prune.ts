import type { ListedBackup, Repository } from '../repository/contract.ts';
import type { Manifest } from '../repository/manifest.ts';
import {
  type Candidate,
  type KeepRules,
  type Kept,
  planPrune,
  type PrunePlan,
} from './retention.ts';

export interface PruneWish {
  readonly rules: KeepRules;
  /** Whether backups whose manifest cannot be read are given up. */
  readonly unreadable: 'keep' | 'remove';
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
  /** Throws where the user does not agree. */
  readonly onRemove: (ids: readonly string[], keep: readonly Kept[]) => Promise<void>;
  readonly onProgress: (text: string) => void;
}

export interface PruneResult {
  readonly repository: string;
  readonly dryRun: boolean;
  readonly kept: readonly Kept[];
  /** With `dryRun`: what would be removed. */
  readonly removed: readonly string[];
  /** Leftovers of unfinished runs that were removed as well. */
  readonly swept: readonly string[];
}

/**
 * Removes the backups that no rule keeps, while nobody else prunes. Throws `repository-busy`, and
 * what `onRemove` throws.
 */
export async function pruneBackups(repository: Repository, wish: PruneWish): Promise<PruneResult> {
  const planned = await planOf(repository, wish);
  if (wish.dryRun) return resultOf(repository, wish, planned, []);
  if (planned.remove.length > 0) await wish.onRemove(planned.remove, planned.keep);
  const swept = await repository.sweep();
  return repository.exclusively(async () => {
    // Another run may have proved or removed one meanwhile: nothing goes that was not agreed to.
    const { keep, remove } = await planOf(repository, wish);
    const agreed = remove.filter((id) => planned.remove.includes(id));
    // The newest first: what builds on others is never without them.
    for (const id of agreed.toSorted().toReversed()) {
      wish.signal.throwIfAborted();
      wish.onProgress(`removing ${id}`);
      await repository.remove(id);
    }
    return resultOf(repository, wish, { keep, remove: agreed }, swept);
  });
}

async function planOf(
  repository: Repository,
  { rules, unreadable }: PruneWish,
): Promise<PrunePlan> {
  return planPrune((await repository.list()).map(candidateOf), rules, unreadable);
}

function candidateOf({ id, manifest, lastProof }: ListedBackup): Candidate {
  return {
    id,
    startedAt: manifest && new Date(manifest.startedAt),
    database: manifest === null ? '' : subjectOf(manifest),
    proved: lastProof?.verified === true,
    parent: manifest?.kind === 'base' ? manifest.parent : null,
  };
}

/** A cluster is one however it was reached; a dump of a database stands for no cluster. */
function subjectOf(manifest: Manifest): string {
  const { engine, kind, database } = manifest;
  return [engine, kind, kind === 'base' ? manifest.cluster : database].join(' ');
}

function resultOf(
  { display }: Repository,
  { dryRun }: PruneWish,
  { keep, remove }: PrunePlan,
  swept: readonly string[],
): PruneResult {
  return { repository: display, dryRun, kept: keep, removed: remove, swept };
}
