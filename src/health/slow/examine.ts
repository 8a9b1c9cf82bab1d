import type { Examined, Observed, SeenStatement } from '../../engines/slow.ts';

/** Milliseconds for all plans together. */
const longest = 10_000;

const outOfTime: Examined = {
  plan: null,
  noPlan: { reason: 'the 10 s for plans were used up', hint: 'Ask for fewer: --limit 3' },
  advice: [],
};

/** Plans of statements one after the other, until the time for them is over. */
export function examiner(
  signal: AbortSignal,
): (statement: SeenStatement, observed: Observed | null) => Promise<Examined> {
  let used = 0;
  return async (statement, observed) => {
    signal.throwIfAborted();
    if (used >= longest) return outOfTime;
    const started = performance.now();
    const examined = await statement.examine(observed);
    used += performance.now() - started;
    return examined;
  };
}
