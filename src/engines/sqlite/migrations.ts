import {
  type LedgerChange,
  type MigrationOptions,
  type MigrationSession,
  type RunnerWait,
  StatementFailure,
} from '../migrating.ts';
import type { Row } from '../values.ts';
import { JemError } from '../../errors.ts';
import { applyGroup } from './apply-group.ts';
import { applyStep, type Workshop } from './apply.ts';
import { type Connection, isBusy, quoted } from './driver.ts';
import { sqliteError } from './errors.ts';
import type { Schema, SchemaOptions } from '../schema.ts';
import { openLedger } from './ledger.ts';
import { newPace, patiently, type Patience } from './patience.ts';
import { inTransaction } from './transaction.ts';
import { applyUnwrapped } from './unwrapped.ts';
import { runQuery } from './values.ts';
import { refuseReadonly } from './writable.ts';

/** How long a change of the ledger alone, or a look at it, waits for others: milliseconds. */
const ledgerPatience = 10_000;
/** How long a database may stay unreadable before a runner is looked for: milliseconds. */
const readablePatience = 500;

/** The migration side of a connection to SQLite; `schema` as the session has it. */
export function sqliteMigrations(
  connection: Connection,
  { signal, ledgerTable, wait }: MigrationOptions,
  schema: (options: SchemaOptions) => Promise<Schema>,
): MigrationSession {
  const ledger = openLedger(connection, ledgerTable);
  const workshop: Workshop = { connection, ledger, signal, pace: newPace(signal) };
  const patience: Patience = { timeout: ledgerPatience, signal };
  const looking = <T>(look: () => T): Promise<T> => said(workshop, () => patiently(look, patience));
  const changing = (change: () => void, longest = patience): Promise<void> =>
    said(workshop, () => inTransaction(connection, longest, change));

  return {
    read: () => looking(() => (ledger.exists() ? ledger.rows() : null)),
    texts: (name) => looking(() => ledger.texts(name)),
    async prepare() {
      refuseReadonly(connection);
      if (wait) await said(workshop, () => untilReadable(workshop, wait));
    },
    async exclusively(patient, body) {
      const { underRunnerLock } = await import('./runner-lock.ts');
      return underRunnerLock(connection, patient, signal, async () => {
        if (!(await looking(() => ledger.exists()))) await createIfFree(workshop);
        return body();
      });
    },
    apply: (step) => said(workshop, () => applyStep(workshop, step)),
    applyGroup: (steps, onStep) => said(workshop, () => applyGroup(workshop, steps, onStep)),
    applyUnwrapped: (step) => said(workshop, () => applyUnwrapped(workshop, step)),
    rehearse: (steps) =>
      said(workshop, async () => {
        const { rehearse } = await import('./rehearse.ts');
        return rehearse(workshop, steps, () => schema({ ledgerTable, signal }));
      }),
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

/** Who writes just now is no runner: the first step waits for it, as every step does. */
async function createIfFree({ connection, ledger, signal }: Workshop): Promise<void> {
  const noPatience: Patience = { timeout: 0, signal };
  await inTransaction(connection, noPatience, () => ledger.create()).catch((error: unknown) => {
    if (!(error instanceof JemError) || error.code !== 'lock-timeout') throw error;
  });
}

/** A runner whose transaction outgrew the cache keeps others from reading, too. */
async function untilReadable(
  { connection, ledger, signal }: Workshop,
  wait: RunnerWait,
): Promise<void> {
  try {
    await patiently(() => ledger.exists(), { timeout: readablePatience, signal });
  } catch (error) {
    if (!isBusy(error)) throw error;
    const { underRunnerLock } = await import('./runner-lock.ts');
    await underRunnerLock(connection, wait, signal, async () => {});
  }
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
