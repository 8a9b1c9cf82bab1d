import {
  type LedgerChange,
  type MigrationOptions,
  type MigrationSession,
  type Row,
  type RunnerWait,
  StatementFailure,
} from '../engine.ts';
import { applyGroup } from './apply-group.ts';
import { applyStep, type Workshop } from './apply.ts';
import { blockersOf } from './blockers.ts';
import { type Connection, quoted } from './driver.ts';
import { sqliteError } from './errors.ts';
import { openLedger } from './ledger.ts';
import { newPace, patiently, type Patience } from './patience.ts';
import { inTransaction } from './transaction.ts';
import { applyUnwrapped } from './unwrapped.ts';
import { runQuery } from './values.ts';
import { refuseReadonly } from './writable.ts';

/** How long a change of the ledger alone, or a look at it, waits for others: milliseconds. */
const ledgerPatience = 10_000;

/** The migration side of a connection to SQLite. */
export function sqliteMigrations(
  connection: Connection,
  { signal, ledgerTable }: MigrationOptions,
): MigrationSession {
  const ledger = openLedger(connection, ledgerTable);
  const workshop: Workshop = { connection, ledger, signal, pace: newPace(signal) };
  const patience: Patience = { timeout: ledgerPatience, signal };
  const looking = <T>(look: () => T): Promise<T> => said(workshop, () => patiently(look, patience));
  const changing = (change: () => void, wait = patience): Promise<void> =>
    said(workshop, () => inTransaction(connection, wait, change));

  return {
    read: () => looking(() => (ledger.exists() ? ledger.rows() : null)),
    texts: (name) => looking(() => ledger.texts(name)),
    prepare: async () => refuseReadonly(connection),
    async exclusively(wait, body) {
      if (!(await looking(() => ledger.exists())))
        await changing(() => ledger.create(), waitingFor(connection, wait, signal));
      return body();
    },
    apply: (step) => said(workshop, () => applyStep(workshop, step)),
    applyGroup: (steps) => said(workshop, () => applyGroup(workshop, steps)),
    applyUnwrapped: (step) => said(workshop, () => applyUnwrapped(workshop, step)),
    record: (changes) =>
      changing(() => {
        ledger.create();
        for (const change of changes) make(workshop, change);
      }),
    accept: (name, accepted) => changing(() => ledger.accept(name, accepted)),
    foreignRows: (table) => looking(() => rowsOf(connection, table)),
  };
}

function rowsOf({ db }: Connection, table: string): readonly Row[] | null {
  const there = 'SELECT 1 FROM main.sqlite_schema WHERE name = ? COLLATE NOCASE';
  if (db.prepare(there).get(table) === undefined) return null;
  return runQuery({ db }, `SELECT * FROM main.${quoted(table)}`, []);
}

function make({ ledger }: Workshop, change: LedgerChange): void {
  if (change.kind === 'insert') ledger.insert(change.row, 0);
  else ledger.remove(change.name);
}

function waitingFor(connection: Connection, wait: RunnerWait, signal: AbortSignal): Patience {
  return {
    timeout: wait.timeout,
    signal,
    onWait: (waited) =>
      wait.onWait(blockersOf(connection.file, connection.db.inTransaction)[0] ?? null, waited),
  };
}

/** Errors of SQLite come out as those of the catalogue; all others as they are. */
async function said<T>({ connection, signal }: Workshop, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    if (error === signal.reason || error instanceof StatementFailure) throw error;
    throw sqliteError(error, connection);
  }
}
