import type { CounterSample, StatementCounters } from '../../engines/slow.ts';
import { percentile } from './percentiles.ts';
import type { Counted, Thresholds, Total } from './result.ts';

/** What one statement did in a period. */
export interface Change extends StatementCounters {
  readonly share: number;
}

/** What all statements did in a period. */
export interface Changes {
  readonly total: Total;
  readonly statements: readonly Change[];
  readonly hidden: Total;
}

/**
 * What was counted between two samples. Where counters were reset or thrown out meanwhile, what
 * they hold now was counted since. Null as the first: all since the counters began.
 */
export function changesBetween(first: CounterSample | null, second: CounterSample): Changes {
  const before = new Map(first?.statements.map((one) => [one.key, one]));
  const wasReset = first !== null && first.resetAt !== second.resetAt;
  const changed = second.statements
    .map((now) => changeOf(wasReset ? undefined : before.get(now.key), now))
    .filter(({ calls }) => calls > 0);
  const { hidden } = second;
  const hiddenBefore = wasReset || first === null ? null : first.hidden;
  const isReset = hiddenBefore !== null && hiddenBefore.calls > hidden.calls;
  const seen = totalOf(changed);
  const unseen = {
    statements: hidden.statements,
    calls: hidden.calls - (isReset ? 0 : (hiddenBefore?.calls ?? 0)),
    totalMs: hidden.totalMs - (isReset ? 0 : (hiddenBefore?.totalMs ?? 0)),
  };
  const allMs = seen.totalMs + unseen.totalMs;
  return {
    total: seen,
    statements: changed.map((one) => ({ ...one, share: allMs > 0 ? one.totalMs / allMs : 0 })),
    hidden: unseen,
  };
}

const growing = [
  'calls',
  'totalMs',
  'squaresMs',
  'rows',
  'blocksHit',
  'blocksRead',
  'temporaryBlocks',
] as const;

function changeOf(
  before: StatementCounters | undefined,
  now: StatementCounters,
): StatementCounters {
  if (before === undefined || growing.some((name) => before[name] > now[name])) return now;
  const grown = Object.fromEntries(growing.map((name) => [name, now[name] - before[name]]));
  return { ...now, ...grown };
}

function totalOf(statements: readonly StatementCounters[]): Total {
  const sum = (name: 'calls' | 'totalMs'): number =>
    statements.reduce((total, one) => total + one[name], 0);
  return { statements: statements.length, calls: sum('calls'), totalMs: sum('totalMs') };
}

/** Digits of the counters that a difference of them must leave. */
const leastDigits = 1e-9;

/** A statement's numbers, as the result has them; `sinceSquaresMs` are those of all its calls. */
export function countedOf(
  change: Change,
  sinceSquaresMs: number,
  { p95Ms, p99Ms }: Thresholds,
): Counted {
  const { calls, totalMs, squaresMs, minMs, maxMs } = change;
  const meanMs = totalMs / calls;
  const isExact = squaresMs > sinceSquaresMs * leastDigits;
  const stddevMs = isExact ? Math.sqrt(Math.max(squaresMs / calls - meanMs * meanMs, 0)) : null;
  const spread = { calls, meanMs, stddevMs, minMs, maxMs };
  const { share, rows, blocksHit, blocksRead, temporaryBlocks } = change;
  return {
    ...{ calls, totalMs, share, meanMs, stddevMs, maxMs },
    ...{ rows, blocksHit, blocksRead, temporaryBlocks },
    p95: percentile(spread, 0.95, p95Ms),
    p99: percentile(spread, 0.99, p99Ms),
  };
}
