import { JemError } from '../../errors.ts';
import type { LedgerChange } from '../migrating.ts';
import { ledgerOf, type Bench } from './bench.ts';
import { firstRows } from './first-rows.ts';
import { giveBack, leaseHolder, leaseIsOurs, leaseLost, takeLease, type Lease } from './lease.ts';
import { changeIsDone } from './ledger.ts';
import { untilOurs } from './lock.ts';
import { rollBack } from './rollback.ts';

export interface GuardedTransaction {
  /** The backend that the pooler lends us until the transaction ends. */
  readonly pid: number;
  /** Another runner has made this change already. */
  readonly done: boolean;
}

/** Milliseconds; nobody locks what a lease is kept in but under our lock. */
const leaseLockTimeout = 10_000;

/**
 * Runs `body` with the lease of this ledger: behind a pooler a session has no lock, so that between
 * two transactions another runner could begin. Throws `runner-busy` when the time is over.
 */
export async function underLease<T>(bench: Bench, body: (lease: Lease) => Promise<T>): Promise<T> {
  const lease = await untilOurs(bench, async () => {
    // Taking the lock for a look would stand in the way of the lease's holder.
    if (await leaseHolder(bench)) return null;
    return (await tryGuarded(bench, leaseLockTimeout)) ? takeLease(bench) : null;
  });
  try {
    return await body(lease);
  } finally {
    await giveBack(bench, lease);
  }
}

/**
 * Opens a transaction that no other runner has at the same time. Behind a pooler only a
 * transaction stays on one backend, so the lock is one of the transaction; whether the lease is
 * still ours, and the change there already, is asked behind it, with a snapshot of its own.
 */
export async function beginGuarded(
  bench: Bench,
  lockTimeout: number,
  change: LedgerChange | null,
): Promise<GuardedTransaction> {
  const { lease, session } = bench;
  const ledger = ledgerOf(bench);
  const questions = [
    ...(lease ? [leaseIsOurs(ledger, lease)] : []),
    ...(change ? [changeIsDone(ledger, change)] : []),
  ];
  const row = await untilOurs(bench, () => tryGuarded(bench, lockTimeout, questions));
  if (lease && row['ours'] !== true) {
    await rollBack(session.client);
    throw leaseLost();
  }
  return { pid: Number(row['pid']), done: row['done'] === true };
}

/** One try to open a transaction with the lock, and what it answers; null: another has the lock. */
async function tryGuarded(
  bench: Bench,
  lockTimeout: number,
  questions: readonly string[] = [],
): Promise<Readonly<Record<string, unknown>> | null> {
  const { session } = bench;
  const text = [
    'BEGIN ISOLATION LEVEL READ COMMITTED',
    `SET LOCAL lock_timeout = ${Math.round(lockTimeout)}`,
    `SELECT pg_catalog.pg_try_advisory_xact_lock('${ledgerOf(bench).lockKey}'::bigint) AS locked, pg_catalog.pg_backend_pid() AS pid`,
    ...questions,
  ].join(';');
  const row = await firstRows(session, text);
  if (row['locked'] === true) return row;
  await rollBack(session.client);
  return null;
}

/** Statements outside a transaction need one backend and its lock all the way. */
export function refusePooler({ facts, session }: Bench): void {
  if (!facts.pooled) return;
  throw new JemError('pooler-in-the-way', 'This migration cannot run through a connection pooler', {
    why: `${session.display} goes through a pooler (PgBouncer, say), and the file runs without a transaction: its statements could meet another runner's, and what it sets would leak to other clients.`,
    hint: 'Name the server itself as directUrl (--direct-url, JEM_DB_DIRECT_URL); the application keeps the pooled URL.',
  });
}
