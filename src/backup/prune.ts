import type { ListedBackup, Repository } from '../repository/contract.ts';
import type { Manifest } from '../repository/manifest.ts';
import {
  planWal,
  type PrunedWal,
  readArchives,
  reportOf,
  type WalPlan,
  windowsOf,
} from './prune-wal.ts';
import {
  type Candidate,
  type KeepRules,
  type Kept,
  planPrune,
  type PrunePlan,
} from './retention.ts';
import type { Span } from './span.ts';

export interface PruneWish {
  readonly rules: KeepRules;
  /** How far back every moment can be recovered to; null: no such rule. */
  readonly window: Span | null;
  /** Whether backups whose manifest cannot be read are given up. */
  readonly unreadable: 'keep' | 'remove';
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
  /** Throws where the user does not agree. */
  readonly onRemove: (planned: PruneResult) => Promise<void>;
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
  /** By cluster. */
  readonly wal: readonly PrunedWal[];
}

interface Plan extends PrunePlan {
  readonly wal: readonly WalPlan[];
}

/** Files of the log that are removed between two looks at the signal. */
const batch = 16;

/**
 * Removes the backups that no rule keeps, and then the log that no base backup needs any more, while
 * nobody else prunes. Where it is stopped in the middle, all that stays can be recovered as before.
 * Throws `repository-busy`, and what `onRemove` throws.
 */
export async function pruneBackups(repository: Repository, wish: PruneWish): Promise<PruneResult> {
  const planned = await planOf(repository, wish);
  const result = resultOf(repository, wish, planned, []);
  if (wish.dryRun) return result;
  const hasWal = result.wal.some(({ removed }) => removed > 0);
  if (planned.remove.length > 0 || hasWal) await wish.onRemove(result);
  const swept = await repository.sweep();
  return repository.exclusively(async () => {
    const agreed = await agreedOf(repository, wish, planned);
    // The newest first: what builds on others is never without them.
    for (const id of agreed.remove.toSorted().toReversed()) {
      wish.signal.throwIfAborted();
      wish.onProgress(`removing ${id}`);
      await repository.remove(id);
    }
    for (const plan of agreed.wal) await removeWal(repository, wish, plan);
    return resultOf(repository, wish, agreed, swept);
  });
}

/** Another run may have proved or removed one meanwhile: nothing goes that was not agreed to. */
async function agreedOf(repository: Repository, wish: PruneWish, planned: Plan): Promise<Plan> {
  const { keep, remove, wal } = await planOf(repository, wish, planned.remove);
  const files = new Map(
    planned.wal.map((one) => [one.systemIdentifier, new Set(one.remove.map(({ file }) => file))]),
  );
  return {
    ...{ keep, remove },
    wal: wal.map((one) => ({
      ...one,
      remove: one.remove.filter(({ file }) => files.get(one.systemIdentifier)?.has(file)),
    })),
  };
}

async function removeWal(
  repository: Repository,
  { signal, onProgress }: PruneWish,
  { systemIdentifier, remove }: WalPlan,
): Promise<void> {
  const archive = repository.wal(systemIdentifier);
  for (let at = 0; at < remove.length; at += batch) {
    onProgress(`removing WAL: ${at} of ${remove.length}`);
    signal.throwIfAborted();
    await archive.remove(remove.slice(at, at + batch));
  }
}

/** `among`: what may go at the most; null: anything. */
async function planOf(
  repository: Repository,
  { rules, window, unreadable }: PruneWish,
  among: readonly string[] | null = null,
): Promise<Plan> {
  const archives = await readArchives(repository);
  const listed = await repository.list();
  const others = new Map([
    ...(window === null ? [] : windowsOf(listed, archives, window)),
    ...(Object.values(rules).some(Boolean) ? [] : withoutRule(listed)),
  ]);
  const { keep, remove } = planPrune(listed.map(candidateOf), rules, unreadable, others);
  const going = remove.filter((id) => among?.includes(id) ?? true);
  return { keep, remove: going, wal: planWal(listed, going, archives) };
}

/** A window is one of the log: what has none there is for other rules. */
function withoutRule(listed: readonly ListedBackup[]): readonly (readonly [string, string])[] {
  const others = listed.filter(({ manifest }) => manifest !== null && manifest.kind !== 'base');
  return others.map(({ id }) => [id, 'no rule is for it']);
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
  { keep, remove, wal }: Plan,
  swept: readonly string[],
): PruneResult {
  return {
    ...{ repository: display, dryRun, kept: keep, removed: remove, swept },
    wal: wal.map(reportOf),
  };
}
