import type { Advice, Observed } from '../../../slow.ts';
import { lowCacheHit, manyCalls, temporaryFiles } from './load.ts';
import { missingIndexes } from './missing-index.ts';
import { indexesForOrder } from './order.ts';
import type { SeenPlan, Surroundings } from './seen-plan.ts';
import { staleStatistics } from './statistics.ts';
import { wholeScans } from './whole-scan.ts';

/**
 * What the plan tells; the first that applies to a table is the one to try. Where the planner
 * guesses, its plan is no ground for more than that.
 */
export function adviseOnPlan(seen: SeenPlan, observed: Observed | null): Advice[] {
  const stale = staleStatistics(seen);
  const indexes = [...missingIndexes(seen), ...indexesForOrder(seen)];
  const first = indexes.length > 0 ? indexes : observed ? wholeScans(seen, observed) : [];
  return distinct([...stale, ...first]);
}

/** What the counters tell. */
export function adviseOnLoad(around: Surroundings, hasIndexAdvice: boolean): Advice[] {
  return [
    ...temporaryFiles(around),
    ...(hasIndexAdvice ? [] : lowCacheHit(around)),
    ...manyCalls(around),
  ];
}

function distinct(advice: readonly Advice[]): Advice[] {
  const texts = advice.map((one) => `${one.id} ${one.sql ?? one.reason}`);
  return advice.filter((_, at) => texts.indexOf(texts[at] ?? '') === at);
}
