import { setTimeout as sleep } from 'node:timers/promises';
import { JemError } from '../../errors.ts';
import type { LedgerRow, UnwrappedStep } from '../migrating.ts';
import type { Workshop } from './apply.ts';
import { doneOf, nameOf, newProgress, type Progress } from './progress.ts';
import { inTransaction } from './transaction.ts';

/** How long another runner's progress must stand still before its work is taken over. */
const deadAfter = 1000;

/**
 * Makes this runner the one that works on a script outside a transaction. Where one seems to be
 * at work it waits until that one is through, or stands still. Null: the script is done already.
 */
export async function claim(workshop: Workshop, step: UnwrappedStep): Promise<Progress | null> {
  const { connection, ledger, signal } = workshop;
  const { change, lockTimeout } = step;
  const name = nameOf(change);
  for (let seen: number | null = null; ;) {
    const found = await inTransaction(connection, { timeout: lockTimeout, signal }, () => {
      ledger.create();
      const row = ledger.find(name);
      if (isDone(step, row)) return null;
      if (row) refuseOtherWay(step, row);
      const done = doneOf(change, row);
      if (done !== null && done !== seen) return { done };
      if (change.kind === 'insert' && row) ledger.takeOver(change.row);
      else if (change.kind === 'insert') ledger.insert({ ...change.row, statementsDone: 0 }, 0);
      return newProgress(ledger, change);
    });
    if (found === null || 'advance' in found) return found;
    seen = found.done;
    await quiet(signal);
  }
}

async function quiet(signal: AbortSignal): Promise<void> {
  try {
    await sleep(deadAfter, undefined, { signal });
  } finally {
    signal.throwIfAborted();
  }
}

function isDone({ change }: UnwrappedStep, row: LedgerRow | null): boolean {
  return change.kind === 'delete' ? row === null : row !== null && row.statementsDone === null;
}

/** Half a way down is not gone on with by the way up. */
function refuseOtherWay({ change }: UnwrappedStep, { name, statementsDone }: LedgerRow): void {
  if (change.kind === 'delete' || statementsDone === null || statementsDone >= 0) return;
  throw new JemError('migration-unfinished', `The way down of ${name} stopped half-way`, {
    why: `${-statementsDone} of its statements are done, so it is neither applied nor reverted.`,
    hint: 'Go on with it: `jem-db migrate down`',
  });
}
