import type { Observed } from '../../../slow.ts';
import type { ExplainedNode } from '../plan-nodes.ts';
import type { TableFacts } from '../table-facts.ts';

/** All that advice is drawn from. */
export interface SeenPlan {
  readonly plan: ExplainedNode;
  readonly tables: readonly TableFacts[];
}

/** All that is known of the server where a statement ran. */
export interface Surroundings {
  readonly role: string | null;
  readonly database: string;
  readonly blockBytes: number;
  readonly workMemBytes: number;
  readonly reads: boolean;
  readonly observed: Observed;
}

/** Below that a scan takes a few milliseconds, and an index hardly pays. */
export const manyRows = 10_000;

/** The table that a step scans whole, where it is a large one whose size is known. */
export function largeTableScanned(
  { plan, tables }: SeenPlan,
  node: ExplainedNode = plan,
): TableFacts | null {
  if (node['Node Type'] !== 'Seq Scan') return null;
  const table = tableOf(tables, node);
  return table !== null && table.rows >= manyRows ? table : null;
}

function tableOf(tables: readonly TableFacts[], node: ExplainedNode): TableFacts | null {
  const name = node['Relation Name'];
  return tables.find((one) => one.name === name && one.schema === node.Schema) ?? null;
}

/** `about 1,234,567`. */
export function about(number: number): string {
  return `about ${String(Math.round(number)).replace(/\B(?=(\d{3})+$)/g, ',')}`;
}

/** Whether an index begins with these columns, the first ones in any order. */
export function isCovered({ indexes }: TableFacts, columns: readonly string[]): boolean {
  return indexes.some((index) => columns.some((column) => index[0] === column));
}
