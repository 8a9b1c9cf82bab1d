import { readStatement, openScript } from '../../../sql/statements.ts';
import { ScriptProblem } from '../../../sql/problem.ts';
import {
  type Examined,
  type NoPlan,
  type Observed,
  readsRows,
  type SeenStatement,
} from '../../slow.ts';
import { postgresDialect } from '../dialect.ts';
import type { PostgresSession } from '../session.ts';
import { adviseOnLoad, adviseOnPlan } from './advice/advise.ts';
import { type Explained, explain } from './explain.ts';
import { planNode } from './plan-nodes.ts';
import { shownText } from './shown-text.ts';
import { ownMark } from './source.ts';

/** What holds for all statements of a run. */
export interface Facts {
  readonly user: string;
  readonly database: string;
  readonly blockBytes: number;
  readonly workMemBytes: number;
  readonly trustFunctions: boolean;
}

export async function readFacts(session: PostgresSession, trustFunctions: boolean): Promise<Facts> {
  const [row] = await session.query(`
SELECT ${ownMark} current_user::text AS user, current_database()::text AS database,
  current_setting('block_size')::float8 AS "blockBytes", setting::float8 * 1024 AS "workMemBytes"
FROM pg_settings WHERE name = 'work_mem'`);
  return { ...(row as unknown as Omit<Facts, 'trustFunctions'>), trustFunctions };
}

export interface Seen {
  readonly id: string | null;
  readonly role: string | null;
  /** With whatever values it has: it never leaves this engine. */
  readonly sql: string;
  /** The server has kept the beginning of it alone. */
  readonly cut: boolean;
}

/** A statement for the outside, its text without values. */
export function seenStatement(session: PostgresSession, facts: Facts, seen: Seen): SeenStatement {
  const { id, role, sql, cut } = seen;
  const head = headOf(sql);
  const reads = readsRows(head);
  const hidden = sql === '<insufficient privilege>';
  return {
    id,
    role,
    text: hidden ? sql : shownText(sql),
    readsRows: reads,
    async examine(observed) {
      if (cut) return unplanned(cutOff, facts, seen, observed);
      if (hidden)
        return unplanned(
          { reason: 'this role may not see its text', hint: null },
          facts,
          seen,
          observed,
        );
      if (!reads)
        return unplanned(
          { reason: `${head.split(' ')[0]} has no plan`, hint: null },
          facts,
          seen,
          observed,
        );
      const { trustFunctions, user } = facts;
      const found = await explain(session, { sql, role, trustFunctions, user });
      return 'plan' in found
        ? planned(found, facts, seen, observed)
        : unplanned(found, facts, seen, observed);
    },
  };
}

const cutOff: NoPlan = {
  reason: 'the server has kept the beginning of its text alone (track_activity_query_size)',
  hint: 'ALTER SYSTEM SET track_activity_query_size = 16384; and restart, or pg_stat_statements, which keeps all.',
};

function headOf(sql: string): string {
  try {
    return readStatement(openScript(Buffer.from(sql), postgresDialect))?.head ?? '';
  } catch (error) {
    if (error instanceof ScriptProblem) return /^[\s(]*(\w+)/.exec(sql)?.[1]?.toUpperCase() ?? '';
    throw error;
  }
}

function planned(found: Explained, facts: Facts, seen: Seen, observed: Observed | null): Examined {
  const onPlan = adviseOnPlan(found, observed);
  const { workMemBytes } = found.settings;
  return {
    plan: planNode(found.plan),
    noPlan: null,
    advice: [
      ...onPlan,
      ...onLoad(
        { ...facts, workMemBytes },
        seen,
        observed,
        onPlan.some(({ sql }) => sql !== null),
      ),
    ],
  };
}

function unplanned(noPlan: NoPlan, facts: Facts, seen: Seen, observed: Observed | null): Examined {
  return { plan: null, noPlan, advice: onLoad(facts, seen, observed, false) };
}

function onLoad(
  facts: Facts,
  { role, sql }: Seen,
  observed: Observed | null,
  hasIndexAdvice: boolean,
) {
  if (observed === null) return [];
  const reads = headOf(sql).startsWith('SELECT');
  return adviseOnLoad({ ...facts, role, reads, observed }, hasIndexAdvice);
}
