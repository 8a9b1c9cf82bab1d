import { JemError } from '../../errors.ts';
import type { Statement } from '../../sql/statements.ts';
import { StatementFailure, type UnwrappedStep } from '../migrating.ts';
import type { Done, Workshop } from './apply.ts';
import { claim } from './claim.ts';
import { watchForeignKeys } from './foreign-keys.ts';
import { asBuffer } from './mentions.ts';
import { Overtaken, type Progress } from './progress.ts';
import { withSettings } from './settings.ts';
import { inTransaction, rollback } from './transaction.ts';
import { runAlone, runNoted } from './unwrapped-statement.ts';

/**
 * Runs a script statement by statement. Each statement that can be in a transaction commits
 * together with its place in the ledger, so that none runs twice: not after kill -9, and not
 * where two runners meet. Throws `StatementFailure`; the ledger then tells how far it came.
 */
export async function applyUnwrapped(workshop: Workshop, step: UnwrappedStep): Promise<Done> {
  const { connection } = workshop;
  return withSettings(connection.db, step.script, async () => {
    for (;;) {
      const progress = await claim(workshop, step);
      if (progress === null) return 'done-by-another';
      try {
        await run(workshop, step, progress);
        return 'done';
      } catch (error) {
        if (!(error instanceof Overtaken)) throw error;
      } finally {
        rollback(connection);
      }
    }
  });
}

async function run(
  { connection, pace, signal }: Workshop,
  { script, lockTimeout }: UnwrappedStep,
  progress: Progress,
): Promise<void> {
  const patience = { timeout: lockTimeout, signal };
  const place = { connection, bytes: asBuffer(script.bytes), patience, progress };
  const checkForeignKeys = watchForeignKeys(connection.db, script);
  const started = performance.now();
  const before = progress.done;
  let index = 0;
  for (const statement of script.statements) {
    if (index >= before) await runNoted(place, statement, index);
    else if (isSetting(statement)) await runAlone(place, statement, index);
    index++;
    await pace.breathe();
  }
  if (connection.db.inTransaction) throw leftOpen(index);
  attempt(checkForeignKeys, index);
  await inTransaction(connection, patience, () => progress.complete(performance.now() - started));
}

/** What belongs to the connection has to be said again where a new one goes on. */
function isSetting({ head }: Statement): boolean {
  return /^(PRAGMA|ATTACH|DETACH)\b/.test(head);
}

function attempt(checkForeignKeys: () => void, statement: number): void {
  try {
    checkForeignKeys();
  } catch (reason) {
    throw new StatementFailure({ statement, offset: null, reason });
  }
}

function leftOpen(statements: number): StatementFailure {
  const reason = new JemError(
    'migration-transaction-control',
    'The migration ends inside a transaction of its own',
    { why: 'Its BEGIN has no COMMIT; that part was rolled back.', hint: 'Add the COMMIT.' },
  );
  return new StatementFailure({ statement: Math.max(statements - 1, 0), offset: null, reason });
}
