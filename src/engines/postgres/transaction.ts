import type { LedgerChange } from '../engine.ts';
import { ledgerOf, type Bench } from './bench.ts';
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

function begin(lockTimeout: number): readonly string[] {
  return ['BEGIN', `SET LOCAL lock_timeout = ${Math.round(lockTimeout)}`];
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
  const recorded = [...leaveTaking, ...changes.flatMap((change) => changeSql(bench, change))];
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
