import { JemError } from '../../errors.ts';
import type { LedgerChange } from '../engine.ts';
import { ledgerOf, type Bench } from './bench.ts';
import { changeIsDone } from './ledger.ts';
import { untilOurs } from './lock.ts';
import { rollBack } from './rollback.ts';
import type { PostgresSession } from './session.ts';

export interface GuardedTransaction {
  /** The backend that the pooler lends us until the transaction ends. */
  readonly pid: number;
  /** Another runner has made this change already. */
  readonly done: boolean;
}

/**
 * Opens a transaction that no other runner has at the same time. Behind a pooler only a
 * transaction stays on one backend, so the lock is one of the transaction; whether the change is
 * there already is asked behind it, with a snapshot of its own.
 */
export async function beginGuarded(
  bench: Bench,
  lockTimeout: number,
  change: LedgerChange | null,
): Promise<GuardedTransaction> {
  const ledger = ledgerOf(bench);
  const text = [
    'BEGIN ISOLATION LEVEL READ COMMITTED',
    `SET LOCAL lock_timeout = ${Math.round(lockTimeout)}`,
    `SELECT pg_catalog.pg_try_advisory_xact_lock('${ledger.lockKey}'::bigint) AS locked, pg_catalog.pg_backend_pid() AS pid`,
    ...(change ? [changeIsDone(ledger, change)] : []),
  ].join(';');
  return untilOurs(bench, async () => {
    const row = await lastRows(bench.session, text);
    if (row['locked'] === true) return { pid: Number(row['pid']), done: row['done'] === true };
    await rollBack(bench.session.client);
    return null;
  });
}

/** The first rows of all statements of a text, put together. */
async function lastRows(
  { client, failure }: PostgresSession,
  text: string,
): Promise<Readonly<Record<string, unknown>>> {
  try {
    const results = [await client.query<Record<string, unknown>>(text)].flat();
    return Object.fromEntries(results.flatMap(({ rows }) => Object.entries(rows[0] ?? {})));
  } catch (error) {
    await rollBack(client);
    throw failure(error);
  }
}

/** Statements outside a transaction need one backend and its lock all the way. */
export function refusePooler({ facts, session }: Bench): void {
  if (!facts.pooled) return;
  throw new JemError('pooler-in-the-way', 'This migration cannot run through a connection pooler', {
    why: `${session.display} goes through a pooler (PgBouncer, say), and the file runs without a transaction: its statements could meet another runner's, and what it sets would leak to other clients.`,
    hint: 'Name the server itself as directUrl (--direct-url, JEM_DB_DIRECT_URL); the application keeps the pooled URL.',
  });
}
