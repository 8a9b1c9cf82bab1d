import type { Session } from '../../engines/engine.ts';
import type { NoPlan, SlowStatements } from '../../engines/slow.ts';
import { JemError } from '../../errors.ts';
import { examiner } from './examine.ts';
import { fromSessions } from './from-sessions.ts';
import { fromStatistics } from './from-statistics.ts';
import type { Order, SlowResult, SlowStatement, Thresholds } from './result.ts';
import { statementsOf } from './script.ts';

export interface SlowWishes {
  /** Milliseconds to look for. */
  readonly forMs: number;
  /** All since the counters began, instead of a period from now on. */
  readonly sinceReset: boolean;
  readonly by: Order;
  readonly limit: number;
  readonly thresholds: Thresholds;
  /** Functions that say they change nothing may be run by planning. */
  readonly trustFunctions: boolean;
  /** A script whose statements are to be planned instead; null: what the server has seen. */
  readonly script: Uint8Array | null;
  readonly signal: AbortSignal;
}

/**
 * Slow statements with their plans and what would help; none of them is run, and nothing waits for
 * a lock. Throws `usage` where the engine keeps no statistics and no script is handed in.
 */
export async function slowStatements(session: Session, wishes: SlowWishes): Promise<SlowResult> {
  const slow = await session.slow?.({ trustFunctions: wishes.trustFunctions });
  if (!slow) throw nothingToSee(session);
  const { by, thresholds, script } = wishes;
  const frame = { by, thresholds, noStatistics: null, period: null, total: null } as const;
  const empty = { blocked: [], unseen: null, notes: [] } as const;
  if (script !== null) {
    const statements = await handedIn(slow, session, { ...wishes, script });
    const beyond = statements.filter(({ advice }) => advice.length > 0).length;
    return { source: 'statements', ...frame, ...empty, statements, beyond };
  }
  if (slow.watch === null) throw nothingToSee(session);
  const watch = await slow.watch();
  if (watch.missing !== null && wishes.sinceReset) throw noCounters(watch.missing);
  const found =
    watch.missing === null
      ? { ...empty, source: 'statistics' as const, ...(await fromStatistics(watch, wishes)) }
      : { ...empty, source: 'sessions' as const, ...(await fromSessions(watch, wishes)) };
  const beyond = found.statements.filter((one) => one.beyond).length;
  return { ...frame, noStatistics: watch.missing, ...found, beyond };
}

function nothingToSee({ engine }: Session): JemError {
  return new JemError('usage', `${engine.title} keeps no statistics of statements`, {
    why: 'There is no server that would count them.',
    hint: 'Hand in the statements that the application runs, separated by semicolons: --statements FILE, or - for standard input.',
  });
}

function noCounters({ reason, hint }: NoPlan): JemError {
  return new JemError('usage', `Nothing was counted: ${reason}`, {
    why: '--since-reset shows what the server has counted.',
    ...(hint !== null && { hint: `${hint} Or leave --since-reset out, to look at what runs.` }),
  });
}

async function handedIn(
  slow: SlowStatements,
  { engine }: Session,
  { script, signal }: SlowWishes & { readonly script: Uint8Array },
): Promise<SlowStatement[]> {
  const examine = examiner(signal);
  const statements: SlowStatement[] = [];
  for (const sql of statementsOf(script, engine.dialect)) {
    const statement = slow.handedIn(sql);
    const { id, role, text } = statement;
    statements.push({
      ...{ id, role, text, counted: null, sampled: null, beyond: false },
      ...(await examine(statement, null)),
    });
  }
  return statements;
}
