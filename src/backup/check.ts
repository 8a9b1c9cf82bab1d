import { checkedFiles } from '../repository/checked.ts';
import type { FileCheck, Repository } from '../repository/contract.ts';
import { idNamed } from '../repository/named.ts';
import { checkWal, type CheckedWal } from './check-wal.ts';

export interface CheckedBackup {
  readonly id: string;
  readonly ok: boolean;
  readonly files: readonly FileCheck[];
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
 * Looks at every file of backups, and of the archived log, as it is stored, without restoring. Throws
 * `backup-missing`, and as `checkWal` does.
 */
export async function checkBackups(repository: Repository, wish: CheckWish): Promise<CheckResult> {
  const ids = (await repository.list()).map(({ id }) => id);
  const wanted =
    wish.which === 'all' && ids.length > 0
      ? ids
      : wordsOf(wish).map((word) => idNamed(word, ids, repository.display));
  const backups: CheckedBackup[] = [];
  for (const id of new Set(wanted)) {
    wish.signal.throwIfAborted();
    backups.push(await checked(repository, id, wish));
  }
  const wal = wish.wal ? await checkWal(repository, wish) : [];
  return { repository: repository.display, backups, wal };
}

async function checked(
  repository: Repository,
  id: string,
  { onProgress }: CheckWish,
): Promise<CheckedBackup> {
  const files = await checkedFiles(repository, id, ({ path }) => onProgress(`${id}: ${path}`));
  return { id, ok: files.every(({ ok }) => ok), files };
}

/** Where there is nothing to look at, `latest` says so: all is well with none is no answer. */
function wordsOf({ which }: CheckWish): readonly string[] {
  return which === 'all' ? ['latest'] : which;
}
