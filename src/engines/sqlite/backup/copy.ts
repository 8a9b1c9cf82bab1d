import { closeSync, openSync } from 'node:fs';
import { JemError } from '../../../errors.ts';
import { type About, type Connection, resultCode } from '../driver.ts';
import { sqliteError } from '../errors.ts';
import { pragma } from '../values.ts';
import { copyFile, type CopyOptions } from './file-copy.ts';
import { bytesOf, type Snapshot } from './snapshot.ts';

/** Bytes at a time: between two steps signals are served. */
const stepBytes = 32 * 1024 * 1024;

/**
 * Copies the snapshot that the connection has begun into a new file, for its owner alone. Throws
 * `disk-full`, the signal's reason and what SQLite throws.
 */
export async function copySnapshot(
  connection: Connection,
  { isInFile }: Pick<Snapshot, 'isInFile'>,
  path: string,
  options: CopyOptions,
): Promise<void> {
  closeSync(openSync(path, 'wx', 0o600));
  const { file } = connection;
  if (!isInFile || file === null || !(await copyFile(file, path, options)))
    await copyPages(connection, path, options);
  options.onStep(1);
}

/**
 * By SQLite's online backup: under a held transaction it goes on where a writer comes along,
 * instead of beginning again.
 */
async function copyPages(
  connection: Connection,
  path: string,
  { signal, onStep }: CopyOptions,
): Promise<void> {
  // Each page is needed once: a cache that fits the processor's own is a sixth faster.
  connection.db.pragma('cache_size = -1000');
  const pages = Math.ceil(stepBytes / Number(pragma(connection.db, 'page_size')));
  try {
    await connection.db.backup(path, {
      progress({ totalPages, remainingPages }) {
        signal.throwIfAborted();
        if (totalPages > 0) onStep(1 - remainingPages / totalPages);
        return pages;
      },
    });
  } catch (error) {
    if (error === signal.reason) throw error;
    if (resultCode(error) === 'SQLITE_FULL') throw noRoom(connection, path);
    throw sqliteError(error, guilty(error, connection, path));
  }
}

/** SQLite does not say which of the two files it speaks of; what is about writing is about the new one. */
function guilty(error: unknown, connection: Connection, path: string): About {
  const writing = /^SQLITE_(READONLY|CANTOPEN|IOERR_(WRITE|FSYNC|TRUNCATE))/;
  return writing.test(resultCode(error) ?? '')
    ? { file: path, display: path, readonly: false }
    : connection;
}

function noRoom({ db, display }: Connection, path: string): JemError {
  const size = Math.ceil(bytesOf(db) / 1e6);
  return new JemError('disk-full', `The disk is full: ${path} cannot be written`, {
    why: `There is no room for a copy of ${display}, which takes ${size} MB.`,
    hint: 'Free some space, then run the command again.',
  });
}
