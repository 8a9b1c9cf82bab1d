import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from './engines/engine.ts';
import { JemError } from './errors.ts';

/** Pauses between tries, in milliseconds: 1 s, doubled each time, at most 30 s. */
const firstPause = 1000;
const longestPause = 30_000;
/** What is kept for the last try, in milliseconds; one that had less found out nothing. */
const lastTry = 1000;
const leastTry = 100;
/** How often the waiting is told. */
const tellEvery = 5000;

export interface WaitWish {
  readonly tries: number;
  /** Milliseconds over all; null: as long as the tries take. */
  readonly timeout: number | null;
  readonly signal: AbortSignal;
  readonly onWait: (error: JemError, waitedMs: number) => void;
}

export interface WaitResult {
  readonly outcome: 'ready';
  readonly tries: number;
  readonly waitedMs: number;
}

/**
 * Waits until a real login works; `login` is told how long it may take, in milliseconds. Only what
 * can heal is tried again; a wrong password or a missing database is thrown at once, and the last
 * error when tries or time are used up.
 */
export async function waitForDatabase(
  login: (longest: number) => Promise<Session>,
  wish: WaitWish,
): Promise<WaitResult> {
  const started = performance.now();
  const waited = (): number => Math.round(performance.now() - started);
  const timeLeft = (): number => (wish.timeout === null ? Infinity : wish.timeout - waited());
  let known: JemError | null = null;
  for (let tries = 1; ; tries++) {
    const longest = timeLeft();
    try {
      await using session = await login(Math.max(longest, 1));
      await session.query('select 1');
      return { outcome: 'ready', tries, waitedMs: waited() };
    } catch (error) {
      if (!(error instanceof JemError) || !error.retryable) throw error;
      const left = timeLeft();
      // What was cut short says nothing of the server: an earlier answer does.
      const cause: JemError = left <= 0 ? (known ?? error) : error;
      known = cause;
      if (tries >= wish.tries || left < leastTry) throw gaveUp(cause, tries, waited());
      const pause = Math.min(firstPause * 2 ** (tries - 1), longestPause, pauseWithin(left));
      await pausing(pause, wish, () => wish.onWait(cause, waited()));
    }
  }
}

/** So long that the time left behind it is enough for a try. */
function pauseWithin(left: number): number {
  return left > 2 * lastTry ? left - lastTry : left / 2;
}

async function pausing(ms: number, { signal }: WaitWish, tell: () => void): Promise<void> {
  tell();
  const telling = setInterval(tell, tellEvery);
  try {
    await sleep(ms, undefined, { signal });
  } finally {
    clearInterval(telling);
  }
}

function gaveUp(error: JemError, tries: number, waitedMs: number): JemError {
  const times = tries === 1 ? 'once' : `${tries} times`;
  return error.with({
    why: `Tried ${times} in ${seconds(waitedMs)}. ${error.details.why ?? ''}`.trim(),
  });
}

function seconds(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}
