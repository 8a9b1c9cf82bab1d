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

export interface Snapshot {
  /** Each in a transaction that sees the very same; none: only the connection itself does. */
  readonly threads: readonly SqliteThread[];
  /** The database's file holds all of it, and nobody changes that file while it lasts. */
  readonly isInFile: boolean;
}

/**
 * Runs `body` in a read transaction, and in others in threads: none where the database is small, in
 * memory or not to be written. Throws `lock-timeout`.
 */
export async function inSnapshot<T>(
  connection: Connection,
  { signal, jobs }: SnapshotOptions,
  body: (snapshot: Snapshot) => Promise<T>,
): Promise<T> {
  const patience: Patience = { timeout, signal };
  const { file } = connection;
  const shares = file !== null && !connection.readonly && isWritable(file);
  const threads: SqliteThread[] = [];
  try {
    const bytes = await patiently(() => bytesOf(connection.db), patience);
    if (file === null || !shares || bytes < large) {
      await beginReading(connection.db, patience);
      return await body({ threads, isInFile: false });
    }
    for (let index = 0; index < jobs; index++) threads.push(startThread(file));
    const isInFile = await beginTogether(connection, file, threads, patience);
    return await body({ threads, isInFile });
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

/** Nobody writes while all of them begin. Answers whether all that they see is in the file. */
async function beginTogether(
  connection: Connection,
  file: string,
  threads: readonly SqliteThread[],
  patience: Patience,
): Promise<boolean> {
  // Their start takes longer than writers should wait.
  await Promise.all(threads.map((thread) => thread.ask({ kind: 'pragma', source: 'encoding' })));
  const db = new Driver(file, { fileMustExist: true, timeout: 0 });
  try {
    // Most of it here, so that writers need not wait for it.
    isCheckpointed(db);
    await begin({ ...connection, db }, patience);
    const isInFile = isCheckpointed(connection.db);
    await beginReading(connection.db, patience);
    await Promise.all(threads.map((thread) => thread.ask({ kind: 'begin' })));
    return isInFile;
  } finally {
    db.close();
  }
}

interface Checkpoint {
  readonly busy: number;
  readonly log: number;
  readonly checkpointed: number;
}

/**
 * Brings into the file what is in its -wal; answers whether all of it is there now. As long as a
 * reader that begins then goes on, no checkpoint writes to the file: it would bring what that
 * reader must not see (https://sqlite.org/walformat.html, section 2.3). Outside of WAL mode the
 * reader's lock alone keeps writers away.
 */
function isCheckpointed(db: Database): boolean {
  try {
    const [found] = db.pragma('wal_checkpoint(PASSIVE)') as readonly Checkpoint[];
    return found?.busy === 0 && found.log === found.checkpointed;
  } catch {
    // A full disk, or somebody who checkpoints: the -wal is read then.
    return false;
  }
}
