import Driver from 'better-sqlite3';
import { type Connection, type Database } from '../driver.ts';
import { isWritable } from '../file-facts.ts';
import { patiently, type Patience } from '../patience.ts';
import { begin, rollback } from '../transaction.ts';
import { pragma } from '../values.ts';
import { type SqliteThread, startThread } from './threads.ts';

/** How long writers may keep a reader out of a database that is not in WAL mode: milliseconds. */
const timeout = 30_000;
/** Bytes of a database from which on threads are worth their start. */
const large = 16 * 1024 * 1024;

export interface SnapshotOptions {
  readonly signal: AbortSignal;
  /** Threads at most. */
  readonly jobs: number;
}

/**
 * Runs `body` in a read transaction, and in as many others in threads that see the very same: none
 * where the database is small, in memory or not to be written. Throws `lock-timeout`.
 */
export async function inSnapshot<T>(
  connection: Connection,
  { signal, jobs }: SnapshotOptions,
  body: (threads: readonly SqliteThread[]) => Promise<T>,
): Promise<T> {
  const patience: Patience = { timeout, signal };
  const { file } = connection;
  const shares = file !== null && !connection.readonly && isWritable(file);
  const threads: SqliteThread[] = [];
  try {
    const bytes = await patiently(() => bytesOf(connection.db), patience);
    if (file === null || !shares || bytes < large) await beginReading(connection.db, patience);
    else {
      for (let index = 0; index < jobs; index++) threads.push(startThread(file));
      await beginTogether(connection, file, threads, patience);
    }
    return await body(threads);
  } finally {
    await Promise.all(threads.map((thread) => thread[Symbol.asyncDispose]()));
    rollback(connection);
  }
}

/** Bytes of the database as this connection sees it. */
export function bytesOf(db: Database): number {
  return Number(pragma(db, 'page_count')) * Number(pragma(db, 'page_size'));
}

/** A transaction has its snapshot from the first look on. */
async function beginReading(db: Database, patience: Patience): Promise<void> {
  await patiently(() => {
    try {
      db.exec('BEGIN; SELECT count(*) FROM sqlite_schema');
    } catch (error) {
      if (db.inTransaction) db.exec('ROLLBACK');
      throw error;
    }
  }, patience);
}

/** Nobody writes while all of them begin. */
async function beginTogether(
  connection: Connection,
  file: string,
  threads: readonly SqliteThread[],
  patience: Patience,
): Promise<void> {
  // Their start takes longer than writers should wait.
  await Promise.all(threads.map((thread) => thread.ask({ kind: 'pragma', source: 'encoding' })));
  const db = new Driver(file, { fileMustExist: true, timeout: 0 });
  try {
    await begin({ ...connection, db }, patience);
    await beginReading(connection.db, patience);
    await Promise.all(threads.map((thread) => thread.ask({ kind: 'begin' })));
  } finally {
    db.close();
  }
}
