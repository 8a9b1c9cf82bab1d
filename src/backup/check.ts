import { checkedFiles } from '../repository/checked.ts';
import type { FileCheck, ListedBackup, Repository } from '../repository/contract.ts';
import { idNamed } from '../repository/named.ts';
import { checkWal, type CheckedWal } from './check-wal.ts';

export interface CheckedBackup {
  readonly id: string;
  readonly ok: boolean;
  readonly files: readonly FileCheck[];
  /** Ids of incremental ones that build on it, for which it was checked too. */
  readonly requiredBy: readonly string[];
  /** Id of the backup that it builds on, where that is not there; null: it needs none, or it is. */
  readonly missing: string | null;
}

export interface CheckResult {
  readonly repository: string;
  readonly backups: readonly CheckedBackup[];
  /** By cluster; empty where the archive was not asked for. */
  readonly wal: readonly CheckedWal[];
}

export interface CheckWish {
  /** Ids, beginnings of ids, `latest`; or all there are. */
  readonly which: readonly string[] | 'all';
  /** Whether to read the archived log, all of it. */
  readonly wal: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
}

/**
 * Looks at every file of backups, with all that they build on, and of the archived log, as it is
 * stored, without restoring. Throws
 * `backup-missing`, and as `checkWal` does.
 */
export async function checkBackups(repository: Repository, wish: CheckWish): Promise<CheckResult> {
  const listed = await repository.list();
  const ids = listed.map(({ id }) => id);
  const wanted =
    wish.which === 'all' && ids.length > 0
      ? ids
      : wordsOf(wish).map((word) => idNamed(word, ids, repository.display));
  const backups: CheckedBackup[] = [];
  for (const needed of withChains(new Set(wanted), listed)) {
    wish.signal.throwIfAborted();
    backups.push(await checked(repository, needed, wish));
  }
  const wal = wish.wal ? await checkWal(repository, wish) : [];
  return { repository: repository.display, backups, wal };
}

type Needed = Pick<CheckedBackup, 'id' | 'requiredBy' | 'missing'>;

/** Backups, and all that they build on: without it none of them can be restored. Oldest first. */
function withChains(
  wanted: ReadonlySet<string>,
  listed: readonly ListedBackup[],
): readonly Needed[] {
  const parents = new Map(listed.map(({ id, manifest }) => [id, parentIn(manifest)]));
  const requiredBy = new Map([...wanted].map((id) => [id, new Set<string>()]));
  for (const id of wanted)
    // Ids sort by time: what builds on something later was made up.
    for (let at = id, parent = parents.get(at); parent && parent < at; parent = parents.get(at)) {
      if (!parents.has(parent)) break;
      requiredBy.set(parent, (requiredBy.get(parent) ?? new Set()).add(id));
      at = parent;
    }
  const needed = [...requiredBy].map(([id, by]) => {
    const parent = parents.get(id) ?? null;
    const isThere = parent === null || (parent < id && parents.has(parent));
    return { id, requiredBy: [...by], missing: isThere ? null : parent };
  });
  return needed.toSorted((one, other) => (one.id < other.id ? -1 : 1));
}

function parentIn(manifest: ListedBackup['manifest']): string | null {
  return manifest?.kind === 'base' ? manifest.parent : null;
}

async function checked(
  repository: Repository,
  needed: Needed,
  { onProgress }: CheckWish,
): Promise<CheckedBackup> {
  const { id, missing } = needed;
  const files = await checkedFiles(repository, id, ({ path }) => onProgress(`${id}: ${path}`));
  return { ...needed, ok: missing === null && files.every(({ ok }) => ok), files };
}

/** Where there is nothing to look at, `latest` says so: all is well with none is no answer. */
function wordsOf({ which }: CheckWish): readonly string[] {
  return which === 'all' ? ['latest'] : which;
}
