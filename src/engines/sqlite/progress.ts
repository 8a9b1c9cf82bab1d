import type { LedgerChange, LedgerRow } from '../migrating.ts';
import type { Ledger } from './ledger.ts';

/** Another runner works on the same script: what this one was about to do is not to be done. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken';
}

/**
 * How far a script outside a transaction has come, in the ledger's `statements_done`: counted
 * from zero on the way up; on the way down as negative numbers, so that neither is mistaken for
 * the other. Every method belongs into a transaction, and throws `Overtaken` where the ledger
 * says something else than this runner left there.
 */
export interface Progress {
  /** Statements that are done. */
  readonly done: number;
  advance(done: number): void;
  complete(durationMs: number): void;
  /** Reads the ledger again, after a script has rolled its own transaction back. */
  reread(): void;
}

export function nameOf(change: LedgerChange): string {
  return change.kind === 'insert' ? change.row.name : change.name;
}

/** How many statements of this way are done; null where it has not begun. */
export function doneOf({ kind }: LedgerChange, row: LedgerRow | null): number | null {
  const stored = row?.statementsDone ?? null;
  if (kind === 'insert') return stored;
  return stored !== null && stored < 0 ? -stored : null;
}

export function newProgress(ledger: Ledger, change: LedgerChange): Progress {
  const name = nameOf(change);
  let row = ledger.find(name);
  let stored = row?.statementsDone ?? null;
  let done = doneOf(change, row) ?? 0;
  const held = (was: boolean): void => {
    if (!was) throw new Overtaken(name);
  };
  return {
    get done() {
      return done;
    },
    advance(next) {
      const store = change.kind === 'insert' ? next : -next;
      held(ledger.advance(name, stored, store));
      stored = store;
      done = next;
    },
    complete(durationMs) {
      if (change.kind === 'insert') {
        // The statements that were still to come may have been edited since the first try.
        ledger.accept(name, { ...change.row, fileGone: false });
        return held(ledger.complete(name, stored, durationMs));
      }
      row = ledger.find(name);
      held(row !== null && row.statementsDone === stored);
      return ledger.remove(name);
    },
    reread() {
      row = ledger.find(name);
      stored = row?.statementsDone ?? null;
      done = doneOf(change, row) ?? 0;
    },
  };
}
