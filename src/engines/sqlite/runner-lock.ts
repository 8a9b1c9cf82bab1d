import {
  chmodSync,
  chownSync,
  closeSync,
  openSync,
  type Stats,
  statSync,
  unlinkSync,
} from 'node:fs';
import { dirname } from 'node:path';
import Driver from 'better-sqlite3';
import { JemError } from '../../errors.ts';
import type { RunnerWait } from '../migrating.ts';
import { runnerOf } from './blockers.ts';
import { type Connection, type Database, isBusy, resultCode } from './driver.ts';
import { sqliteError } from './errors.ts';
import { ownership, runnerLockFile, statOrNull } from './file-facts.ts';
import { patiently } from './patience.ts';

/** Milliseconds: runners that meet for less say nothing, and how often the others look again. */
const tellEvery = 500;
const longestPause = 250;

/**
 * Runs `body` while no other runner works on this database. Throws `runner-busy` at the timeout,
 * `permission-denied` where the lock's file cannot be had, and the signal's reason. A database in
 * memory has one connection alone.
 */
export async function underRunnerLock<T>(
  { file }: Pick<Connection, 'file'>,
  wait: RunnerWait,
  signal: AbortSignal,
  body: () => Promise<T>,
): Promise<T> {
  if (file === null) return body();
  const path = runnerLockFile(file);
  const held = await waited(path, wait, signal, () => take(path, file));
  try {
    return await body();
  } finally {
    release(path, held);
  }
}

async function waited<T>(
  path: string,
  wait: RunnerWait,
  signal: AbortSignal,
  attempt: () => T,
): Promise<T> {
  let told = 0;
  const onWait = (waitedMs: number): void => {
    if (waitedMs < told + tellEvery) return;
    told = waitedMs;
    wait.onWait(runnerOf(path), waitedMs);
  };
  try {
    return await patiently(attempt, { timeout: wait.timeout, signal, onWait, longestPause });
  } catch (error) {
    if (error === signal.reason) throw error;
    throw isBusy(error) ? runnerBusy(path, wait) : cannotLock(path, error);
  }
}

interface Held {
  readonly db: Database;
  readonly identity: string;
}

/** Throws SQLITE_BUSY where another runner has it. */
function take(path: string, file: string): Held {
  for (;;) {
    create(path, file);
    const identity = identityOf(path);
    const db = new Driver(path, { timeout: 0 });
    try {
      // Else an empty journal would lie beside it.
      db.pragma('journal_mode = MEMORY');
      db.exec('BEGIN IMMEDIATE');
    } catch (error) {
      db.close();
      throw error;
    }
    // Whoever had it has taken the file away meanwhile: this is a lock of nothing.
    if (identity !== null && identity === identityOf(path)) return { db, identity };
    db.close();
  }
}

function create(path: string, file: string): void {
  const stats = statSync(file);
  try {
    closeSync(openSync(path, 'wx', stats.mode & 0o666));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
    throw error;
  }
  share(path, stats);
}

/** Whoever may write the database may hold its lock: a file left by a killed runner bars nobody. */
function share(path: string, { mode, uid, gid }: Stats): void {
  try {
    chmodSync(path, mode & 0o666);
    if (process.geteuid?.() === 0) chownSync(path, uid, gid);
  } catch {
    // Some network drives know no owners.
  }
}

/** A number of a file that is gone is given to the next one, its time of birth is not. */
function identityOf(path: string): string | null {
  const stats = statOrNull(path);
  return stats && `${stats.dev} ${stats.ino} ${stats.birthtimeMs}`;
}

/** Never throws: the lock ends with the process anyway. */
function release(path: string, { db, identity }: Held): void {
  try {
    if (identityOf(path) === identity) unlinkSync(path);
  } catch {
    // An empty file stays behind, which the next runner takes.
  }
  db.close();
}

function cannotLock(path: string, error: unknown): JemError {
  if (resultCode(error) !== null)
    return sqliteError(error, { file: path, display: path, readonly: false });
  const place = statOrNull(path) ? path : dirname(path);
  return new JemError('permission-denied', `${path} cannot be made or opened`, {
    why: `A runner holds its lock on it, so that no other works at the same time. ${place}: ${ownership(place)}.`,
    hint: 'Let this user write that folder and file.',
    original: error instanceof Error ? error.message : String(error),
    cause: error,
  });
}

function runnerBusy(path: string, { timeout }: RunnerWait): JemError {
  const holder = runnerOf(path);
  const seconds = Math.round(timeout / 100) / 10;
  return new JemError(
    'runner-busy',
    `Another runner has been migrating this database for more than ${seconds} s`,
    {
      why: holder
        ? `${path} is locked by ${holder.description}.`
        : `${path} was locked at every look.`,
      hint: 'Wait for it and run the command again, or wait longer with --runner-timeout.',
    },
  );
}
