import type { Advice } from '../../../slow.ts';
import { conditionsOf, sortColumn } from '../conditions.ts';
import { everyNode, type ExplainedNode } from '../plan-nodes.ts';
import type { TableFacts } from '../table-facts.ts';
import { createIndex } from './missing-index.ts';
import { about, isCovered, largeTableScanned, manyRows, type SeenPlan } from './seen-plan.ts';

const between = new Set(['Gather Merge', 'Sort', 'Gather']);

/** Many rows sorted for the first few of them: an index that has them in order ends after those. */
export function indexesForOrder(seen: SeenPlan): Advice[] {
  return [...everyNode(seen.plan)].flatMap((node) => {
    if (node['Node Type'] !== 'Limit') return [];
    const sort = below(node, 'Sort');
    const scan = sort && below(sort, 'Seq Scan');
    const table = scan ? largeTableScanned(seen, scan) : null;
    return sort && scan && table ? indexForOrder(node, sort, scan, table) : [];
  });
}

/** A step of that kind straight below, but for what only gathers and sorts. */
function below(node: ExplainedNode, kind: string): ExplainedNode | null {
  const [child] = node.Plans ?? [];
  if (!child || node.Plans?.length !== 1) return null;
  if (child['Node Type'] === kind) return child;
  return between.has(child['Node Type']) ? below(child, kind) : null;
}

function indexForOrder(
  limit: ExplainedNode,
  sort: ExplainedNode,
  scan: ExplainedNode,
  table: TableFacts,
): Advice[] {
  // Below a Gather the rows are those of one worker.
  const sorted = limit.Plans?.[0]?.['Plan Rows'] ?? 0;
  const alias = scan.Alias ?? '';
  const keys = (sort['Sort Key'] ?? []).map((key) => sortColumn(key, alias));
  const columns = keys.flatMap((key) => (key === null ? [] : [key]));
  if (sorted < manyRows || columns.length < keys.length || (limit['Plan Rows'] ?? 0) >= sorted)
    return [];
  const equal = conditionsOf(scan.Filter ?? '', alias)
    .filter(({ kind, expression }) => kind === 'equal' && expression === null)
    .map(({ column }) => column);
  if (isCovered(table, equal.length > 0 ? equal : columns.slice(0, 1).map(({ column }) => column)))
    return [];
  const oneWay = columns.every(({ descending }) => descending === columns[0]?.descending);
  const list = [
    ...equal.map((column) => table.columns[column]),
    ...columns.map(({ column, descending }) =>
      !oneWay && descending ? `${table.columns[column]} DESC` : table.columns[column],
    ),
  ];
  return [
    {
      id: 'index-for-order',
      reason: `sorts ${about(sorted)} rows of ${table.sql} for the first of them`,
      sql: createIndex(table, list.join(', ')),
    },
  ];
}
