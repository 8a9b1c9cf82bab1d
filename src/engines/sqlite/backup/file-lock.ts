import { renameSync, rmSync } from 'node:fs';
import Driver from 'better-sqlite3';
import { JemError } from '../../../errors.ts';
import { openersOf } from '../blockers.ts';
import { type About, type Database, isBusy, resultCode } from '../driver.ts';
import { sqliteError } from '../errors.ts';
import { type Patience, patiently } from '../patience.ts';
import { pragma } from '../values.ts';

/** A database that nobody else can use. Disposing lets others in again. */
export interface FileLock extends AsyncDisposable {
  /** Puts another file in its place. */
  replaceWith(path: string): void;
}

/**
 * Keeps everybody out of a database that is to be replaced, and brings what is in its -wal or
 * -journal into the file, so that neither is ever played into another. A file that is no database,
 * or a damaged one, has no locks to take. Throws `lock-timeout` where somebody has it open, as far
 * as that can be known.
 */
export async function lockFile(
  about: About & { readonly file: string },
  patience: Patience,
): Promise<FileLock> {
  refuseOpeners(about);
  const db = new Driver(about.file, { fileMustExist: true, timeout: 0 });
  let wasWal = false;
  try {
    wasWal = await leaveWal(db, patience);
    await patiently(() => db.exec('BEGIN EXCLUSIVE'), patience);
    // Whoever opened it between the two has not come to its lock yet.
    if (wasWal && pragma(db, 'journal_mode') === 'wal') throw inUse(about);
  } catch (error) {
    db.close();
    if (error === patience.signal.reason) throw error;
    if (isBusy(error)) throw inUse(about);
    if (!/^SQLITE_(NOTADB|CORRUPT)/.test(resultCode(error) ?? '')) throw sqliteError(error, about);
  }
  return lockOf(db, about.file, wasWal);
}

function lockOf(db: Database, file: string, wasWal: boolean): FileLock {
  let replaced = false;
  return {
    replaceWith(path) {
      for (const end of ['-wal', '-shm', '-journal']) rmSync(`${file}${end}`, { force: true });
      renameSync(path, file);
      replaced = true;
    },
    async [Symbol.asyncDispose]() {
      if (!db.open) return;
      db.exec('ROLLBACK');
      // Of the file that is gone: SQLite would put a -wal by its name beside the new one.
      if (wasWal && !replaced) db.pragma('journal_mode = WAL');
      db.close();
    },
  };
}

/** Whether it was in WAL mode, where an idle connection holds a lock, too. */
async function leaveWal(db: Database, patience: Patience): Promise<boolean> {
  db.pragma('locking_mode = EXCLUSIVE');
  const wasWal = await patiently(() => pragma(db, 'journal_mode') === 'wal', patience);
  if (wasWal) await patiently(() => db.pragma('journal_mode = DELETE'), patience);
  db.pragma('locking_mode = NORMAL');
  // The mode that keeps a journal open ends with the next look.
  db.prepare('SELECT count(*) FROM sqlite_schema').get();
  return wasWal;
}

/** Outside of WAL mode, an idle connection holds no lock that could be seen. */
function refuseOpeners(about: About & { readonly file: string }): void {
  if (openersOf(about.file).length > 0) throw inUse(about);
}

function inUse({ file, display }: About & { readonly file: string }): JemError {
  const openers = openersOf(file).map(({ description }) => description);
  return new JemError('lock-timeout', `${display} is in use`, {
    why:
      openers.length > 0
        ? `${openers.join(', ')} has it open. It would go on with the old file.`
        : 'Another connection holds a lock on it. It would go on with the old file.',
    hint: 'End what uses the database, then run the command again.',
  });
}
