import {
  accessSync,
  constants,
  readFileSync,
  realpathSync,
  statfsSync,
  statSync,
  type Stats,
} from 'node:fs';
import { dirname } from 'node:path';

/** The file's or folder's facts; null where it is not there or may not be looked at. */
export function statOrNull(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

export function isReadable(path: string): boolean {
  return may(path, constants.R_OK);
}

export function isWritable(path: string): boolean {
  return may(path, constants.W_OK);
}

export function isEnterable(folder: string): boolean {
  return may(folder, constants.X_OK);
}

function may(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

/** `mode 0600, owner 1000:1000; this process runs as uid 33`. */
export function ownership(path: string): string {
  const stats = statOrNull(path);
  const uid = process.geteuid?.();
  const runner = uid === undefined ? '' : `this process runs as uid ${uid}`;
  if (!stats) return runner;
  const mode = (stats.mode & 0o7777).toString(8).padStart(4, '0');
  return [`mode ${mode}, owner ${stats.uid}:${stats.gid}`, runner].filter(Boolean).join('; ');
}

/** Bytes that this process may still write beside the file; null where nobody can say. */
export function freeBytes(file: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(dirname(file));
    return bavail * bsize;
  } catch {
    return null;
  }
}

/**
 * Where the runner of a database holds its lock: beside the file itself, by whatever name it was
 * opened. SQLite's own locks end with a transaction; a transaction held open on this file, which
 * stays empty, ends with its process at the latest.
 */
export function runnerLockFile(file: string): string {
  return `${realpathSync(file)}-jem-db-lock`;
}

const signatures: readonly (readonly [RegExp, string])[] = [
  [/^\x1f\x8b/, 'a gzip archive'],
  [/^PK\x03\x04/, 'a zip archive'],
  [/^\x28\xb5\x2f\xfd/, 'a zstd archive'],
  [/^PGDMP/, 'a dump of PostgreSQL'],
  [/^SQLite format 3\0/, 'a SQLite database with a damaged header'],
  [/^\s*(--|BEGIN|CREATE|INSERT|PRAGMA)/i, 'SQL text'],
  [/^\s*[[{]/, 'JSON'],
  [/^<(!doctype|html|\?xml)/i, 'HTML or XML'],
];

/**
 * What a file that is no database looks like. Only for a file that SQLite has refused: closing it
 * would drop the locks that this process holds on a database.
 */
export function looksLike(file: string): string | null {
  try {
    const start = readFileSync(file).subarray(0, 64).toString('latin1');
    return signatures.find(([pattern]) => pattern.test(start))?.[1] ?? null;
  } catch {
    return null;
  }
}
