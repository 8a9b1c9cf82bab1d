import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { OsUser } from '../programs.ts';

export interface Settling {
  /** Whose all of it becomes; null: it stays the caller's. */
  readonly owner: OsUser;
  /** Whether it is to survive a loss of power. */
  readonly lasting: boolean;
  readonly signal: AbortSignal;
}

/** Files that are worked on at once. */
const width = 16;

/**
 * Gives a tree its owner and the modes that a server wants, 0700 and 0600, and makes it last: after
 * all was written, so that the disk can write many files at a time. Links are left alone.
 */
export async function settleTree(folder: string, settling: Settling): Promise<void> {
  const { signal } = settling;
  const files: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    signal.throwIfAborted();
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await settleTree(path, settling);
    else if (entry.isFile()) files.push(path);
  }
  const rest = files.values();
  const workers = Array.from({ length: Math.min(width, files.length) }, async () => {
    for (const path of rest) await settle(path, 0o600, settling);
  });
  await Promise.all(workers);
  await settle(folder, 0o700, settling);
}

async function settle(
  path: string,
  mode: number,
  { owner, lasting, signal }: Settling,
): Promise<void> {
  signal.throwIfAborted();
  await using handle = await open(path, 'r');
  await handle.chmod(mode);
  if (owner !== null) await handle.chown(owner.uid, owner.gid);
  if (lasting) await handle.sync();
}
