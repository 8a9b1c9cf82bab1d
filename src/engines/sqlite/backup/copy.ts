import { closeSync, openSync } from 'node:fs';
import { type About, type Connection, resultCode } from '../driver.ts';
import { sqliteError } from '../errors.ts';
import { pragma } from '../values.ts';

/** Bytes at a time: between two steps signals are served. */
const stepBytes = 32 * 1024 * 1024;

interface Copying {
  readonly signal: AbortSignal;
  /** Told how much is done, from 0 to 1. */
  readonly onStep: (share: number) => void;
}

/**
 * Copies the snapshot that the connection has begun into a new file, for its owner alone. Under a
 * held transaction SQLite's online backup goes on where a writer comes along, instead of beginning
 * again. Throws `disk-full`, the signal's reason and what SQLite throws.
 */
export async function copySnapshot(
  connection: Connection,
  path: string,
  { signal, onStep }: Copying,
): Promise<void> {
  closeSync(openSync(path, 'wx', 0o600));
  const pages = Math.ceil(stepBytes / Number(pragma(connection.db, 'page_size')));
  try {
    await connection.db.backup(path, {
      progress({ totalPages, remainingPages }) {
        signal.throwIfAborted();
        if (totalPages > 0) onStep(1 - remainingPages / totalPages);
        return pages;
      },
    });
    onStep(1);
  } catch (error) {
    throw error === signal.reason ? error : sqliteError(error, guilty(error, connection, path));
  }
}

/** SQLite does not say which of the two files it speaks of; what is about writing is about the new one. */
function guilty(error: unknown, connection: Connection, path: string): About {
  const writing = /^SQLITE_(FULL|READONLY|CANTOPEN|IOERR_(WRITE|FSYNC|TRUNCATE))/;
  return writing.test(resultCode(error) ?? '')
    ? { file: path, display: path, readonly: false }
    : connection;
}
