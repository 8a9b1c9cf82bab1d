import Driver from 'better-sqlite3';
import { JemError } from '../../errors.ts';
import type { OpenOptions, Session } from '../engine.ts';
import { type About, type Database, isBusy } from './driver.ts';
import { sqliteError } from './errors.ts';
import { isWritable, runnerLockFile, statOrNull } from './file-facts.ts';
import { patiently } from './patience.ts';
import { lookAtFile } from './preflight.ts';
import { removeIfEmpty } from './remove-empty.ts';
import { sqliteSession } from './session.ts';
import type { SqliteTarget } from './target.ts';

/** Milliseconds that SQLite itself waits for a lock; longer waits sleep outside of it. */
const busyTimeout = 5;

/**
 * Opens a SQLite file, or a database in memory. With `mode: 'create'` a missing file is created,
 * its permissions by the umask as sqlite3 does it; nothing is left of it where nothing was ever
 * written. The journal mode stays as it is. Throws the catalogue's errors of files:
 * `database-file-missing`, `database-folder-missing`, `database-is-a-folder`, `not-a-database`,
 * `file-unreadable`, `permission-denied`, `recovery-needed`, `corruption`, `lock-timeout`.
 */
export async function openSqlite(target: SqliteTarget, wish: OpenOptions): Promise<Session> {
  const options = patientAsWished(wish);
  const { file, display } = target;
  const about: About = { file, display, readonly: target.readonly };
  if (file !== null) refuseTrimmed(file, about);
  const mayCreate = options.mode === 'create' && !target.mustExist && !target.readonly;
  const existed = file === null || lookAtFile(file, about, mayCreate);
  const { sqlite } = await import('./engine.ts');
  const access = accessTo(target, options);
  let db: Database | null = null;
  try {
    db = new Driver(file ?? ':memory:', {
      readonly: access === 'readonly',
      fileMustExist: existed && file !== null,
      timeout: busyTimeout,
    });
    await firstLook(db, target, options);
    db.pragma('foreign_keys = ON');
    if (access === 'query-only') db.pragma('query_only = ON');
    const opened = db;
    const close = (): void => closeQuietly(opened, existed ? null : file);
    return sqliteSession({ ...about, db }, sqlite, options, close);
  } catch (error) {
    if (db) closeQuietly(db, existed ? null : file);
    throw error === options.signal.reason ? error : sqliteError(error, about);
  }
}

/** Milliseconds: whoever looks at the health of a file waits for nobody who writes to it. */
const lookPatience = 500;

function patientAsWished(options: OpenOptions): OpenOptions {
  if (options.mode !== 'look') return options;
  return { ...options, connectTimeout: Math.min(options.connectTimeout, lookPatience) };
}

type Access = 'readonly' | 'query-only' | 'write';

/**
 * A connection that is opened for reading only leaves -wal and -shm behind in WAL mode; one that
 * may write but does not takes them away again. It may be used in place of the first where there
 * is nothing that it would recover, and the system allows it.
 */
function accessTo({ file, readonly }: SqliteTarget, { mode }: OpenOptions): Access {
  const looks = readonly || mode === 'look';
  if (!looks || file === null) return reads(mode) ? 'query-only' : 'write';
  const pending = [`${file}-wal`, `${file}-journal`].some((path) => statOrNull(path) !== null);
  return pending || !isWritable(file) ? 'readonly' : 'query-only';
}

function reads(mode: OpenOptions['mode']): boolean {
  return mode === 'read' || mode === 'look';
}

/**
 * SQLite opens lazily: only a look inside tells whether this is a database, and undamaged. Where a
 * runner keeps everybody out, one that wants to run too looks when it is its turn.
 */
async function firstLook(
  db: Database,
  { file, busyTimeout: own }: SqliteTarget,
  { connectTimeout, signal, mode }: OpenOptions,
): Promise<void> {
  const longest = mode === 'look' ? connectTimeout : (own ?? connectTimeout);
  const behindRunner = !reads(mode) && file !== null && statOrNull(runnerLockFile(file)) !== null;
  const timeout = behindRunner ? Math.min(longest, 500) : longest;
  const look = (): unknown => db.prepare('SELECT count(*) FROM sqlite_schema').get();
  await patiently(look, { timeout, signal }).catch((error: unknown) => {
    if (!behindRunner || !isBusy(error)) throw error;
  });
}

function closeQuietly(db: Database, created: string | null): void {
  for (const end of [() => created !== null && removeIfEmpty(db, created), () => db.close()])
    try {
      end();
    } catch {
      // What was committed is safe; there is nobody left to tell.
    }
}

/** The driver trims the name, and would open another file. */
function refuseTrimmed(file: string, { display }: About): void {
  if (file === file.trim()) return;
  throw new JemError('bad-database-url', `The name of ${display} ends in white space`, {
    why: 'The SQLite driver takes white space at the end of a name away, and would use another file.',
    hint: 'Rename the file, or take the white space out.',
  });
}
