import type { Percentile } from './result.ts';

/** What is known of the times of all calls. Milliseconds. */
export interface Spread {
  readonly calls: number;
  readonly meanMs: number;
  readonly stddevMs: number | null;
  readonly minMs: number;
  readonly maxMs: number;
}

/** Standard deviations above the mean, as if times were spread normally: they are not. */
const deviations = new Map([
  [0.95, 2],
  [0.99, 2.33],
]);

/**
 * What can be said of a percentile without a record of single calls. At most: the longest, and by
 * Cantelli's and Markov's inequalities. At least: were more calls shorter than that, the mean could
 * not be what it is, with none longer than the longest.
 */
export function percentile(spread: Spread, part: number, thresholdMs: number): Percentile {
  const { meanMs, stddevMs, minMs, maxMs } = spread;
  const rest = 1 - part;
  const atMostMs = Math.max(
    meanMs,
    Math.min(
      maxMs,
      meanMs / rest,
      stddevMs === null ? Infinity : meanMs + stddevMs * Math.sqrt(part / rest),
    ),
  );
  const atLeastMs = Math.min(atMostMs, Math.max(minMs, (meanMs - rest * maxMs) / part, 0));
  return {
    estimateMs:
      stddevMs === null
        ? null
        : Math.min(Math.max(meanMs + (deviations.get(part) ?? 0) * stddevMs, atLeastMs), atMostMs),
    atLeastMs,
    atMostMs,
    verdict: atMostMs <= thresholdMs ? 'met' : atLeastMs > thresholdMs ? 'missed' : 'unknown',
  };
}
