import { StatementFailure, type Step } from '../migrating.ts';
import type { Observation, Rehearsal, Schema } from '../schema.ts';
import type { Workshop } from './apply.ts';
import { sqliteError } from './errors.ts';
import { needsForeignKeysOff } from './foreign-keys.ts';
import { rehearseStep } from './rehearse-step.ts';
import { begin, rollback } from './transaction.ts';

/**
 * Runs steps for real, one statement after the other, in one transaction that is rolled back in
 * any case. What a step throws comes back as `failure`, with what was observed of it until then as
 * the last of `steps`. Throws the signal's reason, and `lock-timeout` where it could not begin.
 *
 * Foreign keys are enforced for all steps or for none: a transaction cannot switch. Where one step
 * needs them off, another's ON DELETE CASCADE does nothing here.
 */
export async function rehearse(
  workshop: Workshop,
  steps: readonly Step[],
  look: () => Promise<Schema>,
): Promise<Rehearsal> {
  const { connection, signal } = workshop;
  const off = steps.some(({ script }) => needsForeignKeysOff(script));
  const timeout = Math.max(0, ...steps.map(({ lockTimeout }) => lockTimeout));
  if (off) connection.db.pragma('foreign_keys = OFF');
  try {
    await begin(connection, { timeout, signal });
    return await watched(workshop, steps, look);
  } finally {
    rollback(connection);
    if (off && connection.db.open) connection.db.pragma('foreign_keys = ON');
  }
}

async function watched(
  workshop: Workshop,
  steps: readonly Step[],
  look: () => Promise<Schema>,
): Promise<Rehearsal> {
  const { db } = workshop.connection;
  const before = await look();
  const observed: Observation[][] = [];
  let failure: unknown = null;
  for (const step of steps) {
    const seen: Observation[] = [];
    observed.push(seen);
    failure = await failureOf(workshop, step, seen);
    if (failure !== null) break;
  }
  if (!db.inTransaction) await again(workshop, steps.slice(0, observed.length - 1));
  return { before, after: await look(), steps: observed, failure };
}

/** What a step threw, undone; null: it went well. */
async function failureOf(workshop: Workshop, step: Step, seen: Observation[]): Promise<unknown> {
  const { connection, signal } = workshop;
  const { db } = connection;
  db.exec('SAVEPOINT jem_db_step');
  try {
    await rehearseStep(workshop, step, seen);
    db.exec('RELEASE jem_db_step');
    return null;
  } catch (error) {
    signal.throwIfAborted();
    if (db.inTransaction) db.exec('ROLLBACK TO jem_db_step; RELEASE jem_db_step');
    return error instanceof StatementFailure ? error : sqliteError(error, connection);
  }
}

/** A script has rolled everything back: what went well before it is done once more. */
async function again(workshop: Workshop, steps: readonly Step[]): Promise<void> {
  const { connection, signal } = workshop;
  await begin(connection, { timeout: steps[0]?.lockTimeout ?? 0, signal });
  for (const step of steps) await rehearseStep(workshop, step, []);
}
