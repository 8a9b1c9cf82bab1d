import { JemError } from '../../errors.ts';
import type { AcceptedFile, LedgerChange } from '../migrating.ts';
import { ledgerOf, type Bench } from './bench.ts';
import { acceptFile, createLedger } from './ledger.ts';
import { sendMessage } from './message.ts';
import { keepToOwner } from './own-table.ts';
import { rollBack } from './rollback.ts';
import { closing, openTransaction } from './transaction.ts';

/** Milliseconds; only another runner, or somebody by hand, ever locks the ledger. */
const lockTimeout = 10_000;

/** Makes changes of the ledger in one transaction. */
export async function recordChanges(bench: Bench, changes: readonly LedgerChange[]): Promise<void> {
  await runAlone(bench, closing(bench, changes).statements);
}

/** Creates the ledger where it is missing; the caller keeps other runners away. */
export async function createMissingLedger(bench: Bench): Promise<void> {
  const ledger = ledgerOf(bench);
  await runAlone(bench, [...createLedger(ledger), ...closing(bench, []).statements]);
  await keepToOwner(bench.session, ledger.sql);
}

async function runAlone(bench: Bench, statements: readonly string[]): Promise<void> {
  const { session, signal } = bench;
  signal.throwIfAborted();
  const opening = await openTransaction(bench, { change: null, lockTimeout });
  const all = [...(opening?.statements ?? []), ...statements];
  // One piece each: all of them as one text might be longer than a string can be.
  const parts = all.map((sql) => Buffer.from(`${sql};`));
  const { error } = await sendMessage(session.client, parts);
  if (error === null) return;
  await rollBack(session.client);
  throw session.failure(error);
}

/** Throws `migration-not-found` where the ledger has no such row. */
export async function acceptInLedger(
  bench: Bench,
  name: string,
  accepted: AcceptedFile,
): Promise<void> {
  const rows = await bench.session.query(
    `${acceptFile(ledgerOf(bench), name, accepted)} RETURNING name`,
  );
  if (rows.length === 0)
    throw new JemError('migration-not-found', `The ledger has no migration ${name}`, {
      hint: 'See what is applied: `jem-db migrate status`',
    });
}
