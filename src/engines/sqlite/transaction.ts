import type { JemError } from '../../errors.ts';
import { blockersOf } from './blockers.ts';
import { type Connection, isBusy } from './driver.ts';
import { sqliteError } from './errors.ts';
import { type Patience, patiently } from './patience.ts';

/** Waits for the right to write and takes it. Throws `lock-timeout`, naming who holds it. */
export async function begin(connection: Connection, patience: Patience): Promise<void> {
  await locking(connection, 'BEGIN IMMEDIATE', patience);
}

/**
 * Commits. A reader may hold this up where the database is not in WAL mode; at the timeout
 * `lock-timeout` is thrown. The transaction stays open then: the caller rolls it back.
 */
export async function commit(connection: Connection, patience: Patience): Promise<void> {
  await locking(connection, 'COMMIT', patience);
}

/** Ends the transaction, if one is open. Never throws: it must not hide the first error. */
export function rollback({ db }: Connection): void {
  if (!db.open || !db.inTransaction) return;
  try {
    db.exec('ROLLBACK');
  } catch {
    // SQLite has rolled back by itself, or undoes it from the journal at the next opening.
  }
}

/** Runs `body` in a transaction of its own that may write. */
export async function inTransaction<T>(
  connection: Connection,
  patience: Patience,
  body: () => T | Promise<T>,
): Promise<T> {
  await begin(connection, patience);
  try {
    const result = await body();
    await commit(connection, patience);
    return result;
  } finally {
    rollback(connection);
  }
}

async function locking(connection: Connection, sql: string, patience: Patience): Promise<void> {
  const started = performance.now();
  try {
    await patiently(() => connection.db.exec(sql), patience);
  } catch (error) {
    if (isBusy(error)) throw timedOut(connection, error, performance.now() - started);
    throw error === patience.signal.reason ? error : sqliteError(error, connection);
  }
}

function timedOut(connection: Connection, error: unknown, waited: number): JemError {
  const found = blockersOf(connection.file, connection.db.inTransaction).map(
    ({ description }) => description,
  );
  const seconds = (waited / 1000).toFixed(1);
  const locked = sqliteError(error, connection);
  return locked.with({
    why: found.length
      ? `Waited ${seconds} s; ${found.join(', ')}.`
      : `Waited ${seconds} s. ${locked.details.why ?? ''}`,
  });
}
