import { setTimeout as sleep } from 'node:timers/promises';

export interface Latest<T> {
  /** What was found last, or will be at first; null: it is older than it should be. */
  value(): Promise<T | null>;
  /** Resolves when the signal fires; rejects with what `look` throws. */
  readonly ended: Promise<void>;
}

/** So many rounds may be missed until what was found last is not told any more. */
const roundsMissed = 3;

/** Looks again and again, `every` milliseconds, and keeps what was found last. */
export function keepLooking<T>(
  every: number,
  signal: AbortSignal,
  look: () => Promise<T>,
): Latest<T> {
  let found: { readonly value: T; readonly at: number } | null = null;
  let first: () => void;
  const looked = new Promise<void>((resolve) => {
    first = resolve;
  });
  const rounds = async (): Promise<void> => {
    while (!signal.aborted) {
      found = { value: await look(), at: performance.now() };
      first();
      await sleep(every, undefined, { signal }).catch(() => {});
    }
  };
  const ended = rounds();
  // Whoever waits for the end is told; until then nobody may be listening.
  ended.catch(() => {});
  return {
    ended,
    async value() {
      await looked;
      const isFresh = found && performance.now() - found.at < roundsMissed * every;
      return isFresh ? (found?.value ?? null) : null;
    },
  };
}
