import { withoutLiterals } from '../../../sql/excerpt.ts';
import type { PlanNode } from '../../slow.ts';
import { postgresDialect } from '../dialect.ts';

/** A step as EXPLAIN (FORMAT JSON) gives it; only what is used. */
export interface ExplainedNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Schema?: string;
  readonly Alias?: string;
  readonly 'Index Name'?: string;
  readonly 'Join Type'?: string;
  readonly 'Parallel Aware'?: boolean;
  readonly 'Plan Rows'?: number;
  readonly 'Total Cost'?: number;
  readonly Filter?: string;
  readonly 'Sort Key'?: readonly string[];
  readonly Plans?: readonly ExplainedNode[];
}

/** What tells how a step works; nothing else of it is shown. */
const shownDetails = [
  'Index Cond',
  'Recheck Cond',
  'Hash Cond',
  'Merge Cond',
  'Join Filter',
  'Filter',
  'One-Time Filter',
  'TID Cond',
  'Order By',
  'Sort Key',
  'Presorted Key',
  'Group Key',
] as const;

/** The plan as data, without the values that it compares with. */
export function planNode(explained: ExplainedNode): PlanNode {
  const join = explained['Join Type'];
  const kind = explained['Node Type'];
  return {
    node: join && join !== 'Inner' ? `${kind} (${join})` : kind,
    relation: explained['Relation Name'] ?? null,
    index: explained['Index Name'] ?? null,
    rows: explained['Plan Rows'] ?? null,
    cost: explained['Total Cost'] ?? null,
    details: shownDetails.flatMap((name) => detail(name, Reflect.get(explained, name))),
    children: (explained.Plans ?? []).map(planNode),
  };
}

function detail(name: string, value: unknown): string[] {
  const text = Array.isArray(value) ? value.join(', ') : value;
  if (typeof text !== 'string') return [];
  return [`${name}: ${withoutLiterals(text, postgresDialect)}`];
}

/** The step and all below it. */
export function* everyNode(explained: ExplainedNode): Generator<ExplainedNode> {
  yield explained;
  for (const child of explained.Plans ?? []) yield* everyNode(child);
}
