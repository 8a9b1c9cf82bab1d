import { randomBytes, randomInt } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { repositoryBusy } from '../backup-errors.ts';
import { isThere, namesIn } from './durable.ts';
import { isAbandoned, type LivingFolder, makeLivingFolder, whoLivesIn } from './liveness.ts';
import { silence } from '../../liveness.ts';
import { usingStorage } from '../storage-errors.ts';
import { isLock, lockName } from './names.ts';
import type { FolderRepository } from './place.ts';

/** Two that come together both step back, and hardly come together again and again. */
const tries = 5;

/**
 * Runs work while nobody else holds the lock. Who wants it says so first and looks for others then:
 * of two, the later sees the earlier. A lock whose holder is gone is passed over, and never has to
 * be broken. Throws `repository-busy`.
 */
export async function withLock<T>(
  repository: FolderRepository,
  work: () => Promise<T>,
): Promise<T> {
  const { place, signal } = repository;
  await using _lock = await usingStorage(place, signal, () => takeLock(repository));
  return await work();
}

/** Null where there is no repository, and nothing that two could hurt. */
async function takeLock({ folder, place, signal }: FolderRepository): Promise<LivingFolder | null> {
  if (!(await isThere(folder))) return null;
  const lock = await lockIn(folder, { quiet: silence, signal });
  if (typeof lock === 'string') throw repositoryBusy(place.name, lock);
  return lock;
}

export interface LockOptions {
  /** Milliseconds without a sign of life after which a holder that cannot be seen is gone. */
  readonly quiet: number;
  readonly signal: AbortSignal;
}

/** The lock in a folder, held until it is disposed of; a text: who holds it, for the reader. */
export async function lockIn(
  folder: string,
  { quiet, signal }: LockOptions,
): Promise<LivingFolder | string> {
  for (let left = tries; ; left--) {
    const own = lockName(randomBytes(6).toString('hex'));
    const lock = await makeLivingFolder(join(folder, own));
    const holder = await otherHolder(folder, own, quiet);
    if (holder === null) return lock;
    const name = await whoLivesIn(holder);
    await lock[Symbol.asyncDispose]();
    if (left === 1) return name;
    await pause(randomInt(20, 120), undefined, { signal });
  }
}

async function otherHolder(folder: string, own: string, quiet: number): Promise<string | null> {
  const others = (await namesIn(folder)).filter((name) => isLock(name) && name !== own);
  for (const name of others) {
    const path = join(folder, name);
    if (!(await isAbandoned(path, quiet))) return path;
  }
  return null;
}
