import { JemError } from '../../errors.ts';
import type { Repository } from '../../repository/contract.ts';

const howToAccept = 'If it belongs here all the same: --system-identifier';

/** Throws `wal-refused` where another cluster was named than the one that a file is of. */
export function requireNamed(found: string, named: string | null): void {
  if (named === null || named === found) return;
  throw new JemError('wal-refused', `This is the log of cluster ${found}, not of ${named}`, {
    why: 'Every cluster has a system identifier from initdb; copies of it share it.',
    hint: 'Check which server calls this, and --system-identifier.',
  });
}

/**
 * For the first file of a cluster: a repository that has base backups of other clusters alone is
 * theirs. Throws `wal-refused`.
 */
export async function requireOwn(repository: Repository, found: string): Promise<void> {
  const listed = await repository.list();
  const others = listed.flatMap(({ manifest }) =>
    manifest?.kind === 'base' ? [manifest.cluster] : [],
  );
  if (others.length === 0 || others.includes(found)) return;
  const named = [...new Set(others)].join(', ');
  throw new JemError('wal-refused', `${repository.display} is the repository of another cluster`, {
    why: `Its base backups are of cluster ${named}; this is the log of cluster ${found}.`,
    hint: `Name another repository: --backups. ${howToAccept} ${found}`,
  });
}
