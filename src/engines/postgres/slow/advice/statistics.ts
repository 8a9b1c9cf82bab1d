import type { Advice } from '../../../slow.ts';
import type { TableFacts } from '../table-facts.ts';
import { about, manyRows, type SeenPlan } from './seen-plan.ts';

/** Twice the share at which autovacuum would analyze (autovacuum_analyze_scale_factor). */
const manyChanged = 0.2;

/** Tables of which the planner knows nothing, or what is no longer so. */
export function staleStatistics({ tables }: SeenPlan): Advice[] {
  return tables.flatMap((table) => {
    const reason = whyStale(table);
    return reason ? [{ id: 'stale-statistics', reason, sql: `ANALYZE ${table.sql};` }] : [];
  });
}

function whyStale(table: TableFacts): string | null {
  const { sql, rows, liveRows, changedSinceAnalyze } = table;
  if (rows < 0 && liveRows >= manyRows)
    return `${sql} has ${about(liveRows)} rows and was never analyzed: the planner guesses`;
  const changed = changedSinceAnalyze / Math.max(rows, liveRows, 1);
  if (Math.max(rows, liveRows) < manyRows || changed <= manyChanged || isLateCount(table))
    return null;
  return `${about(changedSinceAnalyze)} rows of ${sql} (${Math.round(changed * 100)} %) have changed since it was analyzed`;
}

/**
 * A session tells its changes a second late: where it loads a table and analyzes it at once, they
 * are counted again behind that, although the table has not grown.
 */
function isLateCount({ rows, liveRows, changedSinceAnalyze, grown }: TableFacts): boolean {
  return !grown && liveRows - rows > changedSinceAnalyze / 2;
}
