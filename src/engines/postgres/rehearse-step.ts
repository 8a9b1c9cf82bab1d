import { StatementFailure, type Step } from '../migrating.ts';
import { deferrableConstraints, dueNow, putOffAgain } from './rehearse-constraints.ts';
import type { Rehearsing } from './rehearse-run.ts';
import { changeIsDone } from './ledger.ts';
import { sendMessage } from './message.ts';
import { withHolders } from './blockers.ts';
import { cleaning, closing } from './transaction.ts';

/** Stands in front of each step, so that one which fails is undone alone. */
export const savepoint = 'jem_db_step';

/** What BEGIN does for a step that is applied. True: another runner has made its change already. */
export async function openStep(
  { bench: { session, facts } }: Rehearsing,
  { change, lockTimeout }: Step,
): Promise<boolean> {
  const [row] = await session.query(
    [
      `SAVEPOINT ${savepoint}`,
      `SET LOCAL lock_timeout = ${Math.round(lockTimeout)}`,
      ...(facts.ledger?.exists ? [changeIsDone(facts.ledger, change)] : []),
    ].join(';'),
  );
  return row?.['done'] === true;
}

/**
 * What COMMIT does for a step that is applied: its change of the ledger, where there is one, and
 * what was put off; then the session is as the next step would find it. Throws
 * `StatementFailure` where the COMMIT would have failed.
 */
export async function closeStep(
  rehearsing: Rehearsing,
  { change }: Step,
  statements: number,
): Promise<void> {
  const { bench } = rehearsing;
  const { session, facts } = bench;
  const { statements: recording, commitAt } = closing(bench, facts.ledger?.exists ? [change] : []);
  await send(rehearsing, recording.slice(0, commitAt));
  const deferrable = await deferrableConstraints(session);
  try {
    await send(rehearsing, dueNow(deferrable));
  } catch (reason) {
    throw new StatementFailure({ statement: statements, offset: null, reason });
  }
  const release = `RELEASE ${savepoint}`;
  await send(rehearsing, [...putOffAgain(deferrable), 'CLOSE ALL', release, ...cleaning]);
}

async function send(
  { bench: { session }, attendant }: Rehearsing,
  statements: readonly string[],
): Promise<void> {
  if (statements.length === 0) return;
  const message = Buffer.from(statements.join(';'));
  const { error } = await attendant.attend(sendMessage(session.client, [message]));
  if (error !== null) throw withHolders(session.failure(error), attendant.holders);
}
