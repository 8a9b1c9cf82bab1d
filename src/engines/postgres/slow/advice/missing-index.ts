import type { Advice } from '../../../slow.ts';
import { type Condition, conditionsOf } from '../conditions.ts';
import { everyNode, type ExplainedNode } from '../plan-nodes.ts';
import type { TableFacts } from '../table-facts.ts';
import { about, isCovered, largeTableScanned, type SeenPlan } from './seen-plan.ts';

/** An index pays where it leads to few rows; the planner itself takes none for a tenth and more. */
const selective = 0.1;
const mostColumns = 3;

/** A large table read whole for few of its rows, by columns that no index begins with. */
export function missingIndexes(seen: SeenPlan): Advice[] {
  return [...everyNode(seen.plan)].flatMap((node) => {
    const table = largeTableScanned(seen, node);
    return table === null ? [] : missingIndex(node, table);
  });
}

function missingIndex(node: ExplainedNode, table: TableFacts): Advice[] {
  const conditions = conditionsOf(node.Filter ?? '', node.Alias ?? '');
  // Rows of one worker, of which there are seldom more than three.
  const workers = node['Parallel Aware'] === true ? 3 : 1;
  const found = (node['Plan Rows'] ?? table.rows) * workers;
  if (conditions.length === 0 || found > table.rows * selective) return [];
  const keys = keysOf(conditions);
  const plain = keys.filter(({ expression }) => expression === null);
  if (
    isCovered(
      table,
      plain.map(({ column }) => column),
    )
  )
    return [];
  const alone = plain.length === 0 ? keys[0] : undefined;
  if (alone && table.indexes.some((index) => index.length === 0)) return [];
  const columns = keys
    .map(({ column, expression }) => expression ?? table.columns[column])
    .join(', ');
  const seen = `reads ${about(table.rows)} rows of ${table.sql} to find ${about(found)}`;
  const partition = table.partition ? '; it is a partition: the others want the same index' : '';
  return [
    {
      id: alone ? 'function-in-filter' : 'missing-index',
      reason: alone
        ? `${seen}: ${alone.expression} hides the column from an index of it alone${partition}`
        : `${seen}, and no index begins with what it asks for${partition}`,
      sql: createIndex(table, columns),
    },
  ];
}

/** Equality first, then one range: behind a range an index is not of use. Each column once. */
function keysOf(conditions: readonly Condition[]): Condition[] {
  const equal = conditions.filter(({ kind }) => kind === 'equal');
  const range = conditions.filter(({ kind }) => kind === 'range').slice(0, 1);
  const keys = [...equal, ...range];
  return keys
    .filter((key, at) => keys.findIndex(({ column }) => column === key.column) === at)
    .slice(0, mostColumns);
}

export function createIndex({ sql }: TableFacts, columns: string): string {
  return `CREATE INDEX CONCURRENTLY ON ${sql} (${columns});`;
}
