import { setTimeout as sleep } from 'node:timers/promises';
import { lockHolders, type LockHolder } from '../blockers.ts';
import type { PostgresSession } from '../session.ts';

/** Looks on from a second connection when a short statement takes long. */
export interface Lookout extends AsyncDisposable {
  /** Who kept it waiting; none where nobody was seen. */
  holders(): Promise<readonly LockHolder[]>;
}

/** Milliseconds between two looks. */
const interval = 100;

/** `lockTimeout` in milliseconds: when a quarter of it has passed, somebody may be in the way. */
export function lookOut(session: PostgresSession, lockTimeout: number): Lookout {
  let looking: Promise<readonly LockHolder[]> = Promise.resolve([]);
  let over = false;
  const look = async (): Promise<readonly LockHolder[]> => {
    await using other = await session.connectAgain();
    // The statement may be slow at first, and begin to wait only later.
    for (;;) {
      const found = await lockHolders(other, session.backendPid);
      if (found.length > 0 || over) return found;
      await sleep(interval);
    }
  };
  const timer = setTimeout(() => {
    // What was to be read tells how it ended; this only explains.
    looking = look().catch(() => []);
  }, lockTimeout / 4);
  const holders = async (): Promise<readonly LockHolder[]> => {
    clearTimeout(timer);
    over = true;
    return looking;
  };
  return {
    holders,
    [Symbol.asyncDispose]: async () => {
      await holders();
    },
  };
}
