import type { Bench } from './bench.ts';
import { lockHolders, type LockHolder } from './blockers.ts';
import { cancelUntil } from './stop.ts';
import { pause } from './pause.ts';

/** Stands by while the server works: has it stopped on a signal, and looks on when it waits. */
export interface Attendant extends AsyncDisposable {
  attend<T>(work: Promise<T>): Promise<T>;
  /** Whoever was last seen to keep the server waiting for a lock. */
  readonly holders: readonly LockHolder[];
}

interface Duty {
  /** The backend that works. */
  readonly pid: number;
  /** Milliseconds; 0: it may wait for ever, so nothing will need an explanation. */
  readonly lockTimeout: number;
}

/** Milliseconds until somebody looks who is in the way, and between two looks. */
const longestPatience = 1000;
const looksApart = { shortest: 30, longest: 2000 };

/**
 * Attends to a session. A second connection is opened only where something takes long. The
 * caller disposes of it after its transaction has ended, never before: behind a pooler the second
 * connection may need the place that the transaction holds.
 */
export function attendTo(bench: Bench, { pid, lockTimeout }: Duty): Attendant {
  const { session, signal } = bench;
  const background: Promise<void>[] = [];
  let holders: readonly LockHolder[] = [];

  const look = async (ended: AbortSignal): Promise<void> => {
    const { shortest, longest } = looksApart;
    const apart = Math.min(Math.max(lockTimeout / 3, shortest), longest);
    await using other = await session.connectAgain(ended);
    while (!ended.aborted) {
      const seen = await lockHolders(other, pid);
      if (seen.length > 0) holders = seen;
      await pause(apart, ended);
    }
  };

  const attend = async <T>(work: Promise<T>): Promise<T> => {
    const ended = new AbortController();
    const patience = Math.min(lockTimeout / 2, longestPatience);
    const looking =
      lockTimeout > 0 && setTimeout(() => background.push(quietly(look(ended.signal))), patience);
    const stop = () => background.push(quietly(cancelUntil(bench, pid, ended.signal)));
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    try {
      return await work;
    } finally {
      if (looking) clearTimeout(looking);
      signal.removeEventListener('abort', stop);
      ended.abort();
    }
  };

  return {
    attend,
    get holders() {
      return holders;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(background);
    },
  };
}

/** What is done in the background may fail: the work itself tells how it ended. */
async function quietly(work: Promise<void>): Promise<void> {
  await work.then(ended, ended);
}

function ended(): void {}
