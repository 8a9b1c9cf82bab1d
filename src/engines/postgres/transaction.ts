import type { LedgerChange } from '../migrating.ts';
import { ledgerOf, type Bench } from './bench.ts';
import { prolongLease } from './lease.ts';
import { deleteRow, deleteUnfinished, elapsed, insertRow } from './ledger.ts';
import { beginGuarded } from './pooler.ts';
import { rollBack } from './rollback.ts';

export interface Opening {
  /** Statements still to be sent in front of the script's. */
  readonly statements: readonly string[];
  /** The backend that will run it. */
  readonly pid: number;
}

/** What a transaction is opened for. */
export interface Purpose {
  /** Asked about beforehand where another runner may be at work; null: nothing to ask. */
  readonly change: LedgerChange | null;
  /** Milliseconds. */
  readonly lockTimeout: number;
}

/**
 * Opens a transaction that only this runner has. Under the lock of the session it needs no round
 * trip of its own; null: another runner made the change already.
 */
export async function openTransaction(
  bench: Bench,
  { change, lockTimeout }: Purpose,
): Promise<Opening | null> {
  const { session, facts } = bench;
  if (!facts.pooled) return { statements: begin(lockTimeout), pid: session.backendPid };
  const { pid, done } = await beginGuarded(bench, lockTimeout, change);
  if (!done) return { statements: [], pid };
  await rollBack(session.client);
  return null;
}

export function begin(lockTimeout: number): readonly string[] {
  return ['BEGIN', `SET LOCAL lock_timeout = ${Math.round(lockTimeout)}`];
}

/** A setting of our own, of no meaning to the server. */
const doneSetting = 'jem_db.done';

/** Says in the session that a message was done to its very end; `cleaning` forgets it. */
export function markDone(mark: string): string {
  return `SET ${doneSetting} = '${mark}'`;
}

/**
 * Opens a transaction for a message that was sent before the one in front of it was answered. Where
 * that one was not done to its end, this fails, and leaves a transaction open that has failed: so
 * nothing behind it runs either.
 */
export function beginBehind(mark: string, lockTimeout: number): readonly string[] {
  const done = `pg_catalog.current_setting('${doneSetting}', true) OPERATOR(pg_catalog.=) '${mark}'`;
  const value = `CASE WHEN ${done} THEN '${Math.round(lockTimeout)}' ELSE 'the migration before has failed' END`;
  return ['BEGIN', `SELECT pg_catalog.set_config('lock_timeout', ${value}, true)`];
}

/** Behind a script: who and what it has made of this session must not bear on the ledger. */
export const leaveTaking = ['RESET SESSION AUTHORIZATION', 'RESET ROLE'];

/** Behind the transaction: nothing of a script may reach the next one, or a pooler's strangers. */
export const cleaning = ['RESET ALL', 'DISCARD TEMP'];

export interface Closing {
  readonly statements: readonly string[];
  /** Which of them is the COMMIT. */
  readonly commitAt: number;
}

/** The statements that record the changes, commit, and leave the session as it was. */
export function closing(bench: Bench, changes: readonly LedgerChange[]): Closing {
  const { lease } = bench;
  const recorded = [
    ...leaveTaking,
    ...changes.flatMap((change) => changeSql(bench, change)),
    ...(lease ? [prolongLease(ledgerOf(bench), lease)] : []),
  ];
  return { statements: [...recorded, 'COMMIT', ...cleaning], commitAt: recorded.length };
}

function changeSql(bench: Bench, change: LedgerChange): string[] {
  const ledger = ledgerOf(bench);
  if (change.kind === 'delete') return [deleteRow(ledger, change.name)];
  const { row } = change;
  const { appliedBy } = bench.facts;
  return [
    ...(bench.unfinished.has(row.name) ? [deleteUnfinished(ledger, row.name)] : []),
    insertRow(ledger, row, { appliedBy, duration: elapsed }),
  ];
}
