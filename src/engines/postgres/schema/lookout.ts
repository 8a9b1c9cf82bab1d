import { lockHolders, type LockHolder } from '../blockers.ts';
import type { PostgresSession } from '../session.ts';

/** Looks on from a second connection when a short statement takes long. */
export interface Lookout extends AsyncDisposable {
  /** Who kept it waiting; none where nobody was seen. */
  holders(): Promise<readonly LockHolder[]>;
}

/** `lockTimeout` in milliseconds: when half of it has passed, somebody is in the way. */
export function lookOut(session: PostgresSession, lockTimeout: number): Lookout {
  let looking: Promise<readonly LockHolder[]> = Promise.resolve([]);
  const look = async (): Promise<readonly LockHolder[]> => {
    await using other = await session.connectAgain();
    return await lockHolders(other, session.backendPid);
  };
  const timer = setTimeout(() => {
    // What was to be read tells how it ended; this only explains.
    looking = look().catch(() => []);
  }, lockTimeout / 2);
  const holders = async (): Promise<readonly LockHolder[]> => {
    clearTimeout(timer);
    return looking;
  };
  return {
    holders,
    [Symbol.asyncDispose]: async () => {
      await holders();
    },
  };
}
