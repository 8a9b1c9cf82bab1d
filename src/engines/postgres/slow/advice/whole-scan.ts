import type { Advice, Observed } from '../../../slow.ts';
import { everyNode } from '../plan-nodes.ts';
import { about, largeTableScanned, type SeenPlan } from './seen-plan.ts';

/** Milliseconds: where a statement is quicker than that, its scan is well. */
const slow = 100;

/** A large table read whole by a slow statement, for what no index leads to. */
export function wholeScans(seen: SeenPlan, observed: Observed): Advice[] {
  if (observed.meanMs < slow) return [];
  return [...everyNode(seen.plan)].flatMap((node) => {
    const table = largeTableScanned(seen, node);
    if (table === null) return [];
    const found = node['Plan Rows'] ?? table.rows;
    return [
      {
        id: 'sequential-scan',
        reason: `reads ${about(table.rows)} rows of ${table.sql} (${about(table.bytes / 1024 / 1024)} MB) and keeps ${about(found)} of them: ask for less of it, or keep the sums elsewhere`,
        sql: null,
      },
    ];
  });
}
