import { isBusy } from './driver.ts';

const firstPause = 2;
const longestPause = 40;

/** Milliseconds; `performance` would load a module of its own at every start. */
const now = (): number => process.uptime() * 1000;

export interface Patience {
  /** Milliseconds. */
  readonly timeout: number;
  readonly signal: AbortSignal;
  readonly onWait?: (waitedMs: number) => void;
  /** Between two tries at most, in milliseconds; for what is held for long. */
  readonly longestPause?: number;
}

/**
 * Tries until nobody else holds the lock that `attempt` needs. Sleeps in between instead of in
 * SQLite's busy handler, which would block signals. Throws SQLite's last answer at the timeout.
 */
export async function patiently<T>(attempt: () => T, patience: Patience): Promise<T> {
  const started = now();
  for (let tries = 0; ; tries++) {
    patience.signal.throwIfAborted();
    try {
      return attempt();
    } catch (error) {
      const waited = now() - started;
      if (!isBusy(error) || waited >= patience.timeout) throw error;
      patience.onWait?.(Math.round(waited));
      await pause(tries, patience.timeout - waited, patience);
    }
  }
}

async function pause(
  tries: number,
  left: number,
  { signal, longestPause: longest = longestPause }: Patience,
): Promise<void> {
  const wait = Math.min(firstPause * 2 ** Math.min(tries, 10), longest);
  // Runners that were refused together must not come back together.
  const spread = wait * (0.5 + Math.random() / 2);
  const { setTimeout: sleep } = await import('node:timers/promises');
  try {
    await sleep(Math.min(spread, left), undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

export interface Pace {
  /** Lets signals and timers run when the last turn is long ago. Throws the signal's reason. */
  breathe(): Promise<void> | undefined;
}

const longestRun = 25;

/** SQLite works inside JavaScript's own thread: something has to let the others have it. */
export function newPace(signal: AbortSignal): Pace {
  let last = now();
  const rest = async (): Promise<void> => {
    const { setImmediate: turn } = await import('node:timers/promises');
    // One turn may end before the loop looks for signals; the second begins behind that.
    await turn();
    await turn();
    last = now();
    signal.throwIfAborted();
  };
  return { breathe: () => (now() - last > longestRun ? rest() : undefined) };
}
