import { JemError } from '../../errors.ts';
import { type Step, StatementFailure } from '../migrating.ts';
import type { Connection } from './driver.ts';
import { allBroken, foreignKeysBroken, watchForeignKeys } from './foreign-keys.ts';
import type { Ledger } from './ledger.ts';
import type { Pace } from './patience.ts';
import { runScript } from './script.ts';
import { runFunction } from './script-function.ts';
import { begin, commit, rollback } from './transaction.ts';
import { nameOf } from './progress.ts';
import { withSettings } from './settings.ts';

/** What the migration side of one connection works with. */
export interface Workshop {
  readonly connection: Connection;
  readonly ledger: Ledger;
  readonly signal: AbortSignal;
  readonly pace: Pace;
}

export type Done = 'done' | 'done-by-another';

/** One transaction: the script and the ledger's change, or nothing. */
export async function applyStep(workshop: Workshop, step: Step): Promise<Done> {
  return withSettings(workshop.connection.db, step.script, () => alone(workshop, step));
}

async function alone(workshop: Workshop, step: Step): Promise<Done> {
  const { connection, signal } = workshop;
  const patience = { timeout: step.lockTimeout, signal };
  await begin(connection, patience);
  try {
    workshop.ledger.create();
    const isThere = workshop.ledger.find(nameOf(step.change)) !== null;
    const { outcome, statements } = await runStep(workshop, step, isThere);
    try {
      await commit(connection, patience);
    } catch (error) {
      throw commitFailure(workshop, error, statements);
    }
    return outcome;
  } finally {
    rollback(connection);
  }
}

/**
 * The step inside the transaction that is open, told whether the ledger has its name in there;
 * nothing is left to do but to commit.
 */
export async function runStep(
  { connection, ledger, signal, pace }: Workshop,
  { change, script }: Step,
  isThere: boolean,
): Promise<{ outcome: Done; statements: number; durationMs: number }> {
  if (isThere === (change.kind === 'insert'))
    return { outcome: 'done-by-another', statements: 0, durationMs: 0 };
  const started = performance.now();
  const checkForeignKeys = watchForeignKeys(connection.db, script);
  let statements = 1;
  if (typeof script === 'function') await runFunction(connection, script, signal);
  else statements = await runScript(connection, script, pace);
  try {
    checkForeignKeys();
  } catch (reason) {
    throw new StatementFailure({ statement: statements, offset: null, reason });
  }
  if (change.kind === 'insert') ledger.insert(change.row, performance.now() - started);
  else ledger.remove(change.name);
  return { outcome: 'done', statements, durationMs: performance.now() - started };
}

/** A lock is nobody's fault; what else a commit refuses is the script's. */
function commitFailure(
  { connection, signal }: Workshop,
  error: unknown,
  statements: number,
): unknown {
  if (error === signal.reason || !(error instanceof JemError)) return error;
  if (error.retryable) return error;
  const reason =
    error.code === 'foreign-keys-broken' ? foreignKeysBroken(allBroken(connection.db)) : error;
  return new StatementFailure({ statement: statements, offset: null, reason });
}
