import { randomBytes, randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { repositoryBusy } from '../backup-errors.ts';
import { isAbandoned, type Lease, takeLease, type Told, whoWorks, works } from './lease.ts';
import { lockKey } from './names.ts';
import { type S3Repository, usingStore } from './place.ts';

/** Two that come together both step back, and hardly come together again and again. */
const tries = 5;

/**
 * Runs work while nobody else holds the lock. As in a folder, who wants it says so first and looks
 * for others then: of two, the later sees the earlier, whether or not the store knows conditions.
 * Throws `repository-busy`.
 */
export async function withLock<T>(repository: S3Repository, work: () => Promise<T>): Promise<T> {
  await using _lock = await usingStore(repository, () => takeLock(repository));
  return await work();
}

async function takeLock(repository: S3Repository): Promise<Lease> {
  const { client, display, signal } = repository;
  for (let left = tries; ; left--) {
    const lock = await takeLease(client, lockKey(repository, randomBytes(6).toString('hex')));
    const holder = await otherHolder(repository, lock).catch(async (error: unknown) => {
      await lock[Symbol.asyncDispose]();
      throw error;
    });
    if (holder === null) return lock;
    const name = await whoWorks(repository, holder);
    await lock[Symbol.asyncDispose]();
    if (left === 1) throw repositoryBusy(display, name);
    await pause(randomInt(20, 120), undefined, { signal });
  }
}

async function otherHolder(repository: S3Repository, { key }: Lease): Promise<Told | null> {
  for (const told of await works(repository)) {
    if (told.kind !== 'lock' || told.key === key) continue;
    if (!(await isAbandoned(repository, told))) return told;
  }
  return null;
}
