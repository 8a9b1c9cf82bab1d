import type { PlanNode } from '../../slow.ts';
import type { Database } from '../driver.ts';
import { withPlainParameters } from './tokens.ts';

interface PlanRow {
  readonly id: number;
  readonly parent: number;
  readonly detail: string;
}

/** The steps of EXPLAIN QUERY PLAN, which runs nothing. Throws SQLite's errors. */
export function queryPlan(db: Database, sql: string): readonly PlanRow[] {
  const plain = withPlainParameters(sql);
  const values = Array.from({ length: plain.count }, () => null);
  return db.prepare<null[], PlanRow>(`EXPLAIN QUERY PLAN ${plain.sql}`).all(...values);
}

/** The steps as a tree. */
export function planTree(rows: readonly PlanRow[]): PlanNode {
  const below = (parent: number): PlanNode[] =>
    rows
      .filter((row) => row.parent === parent)
      .map((row) => ({ ...step(row.detail), children: below(row.id) }));
  const top = below(0);
  const [only] = top;
  return only && top.length === 1 ? only : { ...step('QUERY PLAN'), children: top };
}

function step(detail: string): Omit<PlanNode, 'children'> {
  return {
    node: detail,
    relation: /^(?:SCAN|SEARCH) (\S+)/.exec(detail)?.[1] ?? null,
    index: /USING (?:COVERING )?INDEX (\S+)/.exec(detail)?.[1] ?? null,
    rows: null,
    cost: null,
    details: [],
  };
}
