import { setTimeout as sleep } from 'node:timers/promises';
import { JemError } from './errors.ts';

/** Pauses between tries, in milliseconds: doubled each time. */
const firstPause = 5000;
const longestPause = 300_000;

export interface RetryWish {
  /** Further tries after the first. */
  readonly retries: number;
  readonly signal: AbortSignal;
  readonly onRetry: (error: JemError, pauseMs: number) => void;
  /** Milliseconds before the second try; 5 s unless told. */
  readonly firstPause?: number;
}

/** Does it again where it failed by what waiting can heal; throws the last error otherwise. */
export async function retrying<T>(attempt: () => Promise<T>, wish: RetryWish): Promise<T> {
  for (let tries = 1; ; tries++)
    try {
      return await attempt();
    } catch (error) {
      const heals = error instanceof JemError && error.retryable && !wish.signal.aborted;
      if (!heals) throw error;
      if (tries > wish.retries) throw tries === 1 ? error : gaveUp(error, tries);
      const pause = Math.min((wish.firstPause ?? firstPause) * 2 ** (tries - 1), longestPause);
      wish.onRetry(error, pause);
      await sleep(pause, undefined, { signal: wish.signal });
    }
}

function gaveUp(error: JemError, tries: number): JemError {
  return error.with({ why: `Tried ${tries} times. ${error.details.why ?? ''}`.trim() });
}
