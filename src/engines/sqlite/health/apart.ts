import { text } from 'node:stream/consumers';
import { startSqliteProcess } from '../../../../bin/sqlite-process.cjs';
import type { HealthOptions } from '../../health.ts';
import { bytesOf } from '../backup/snapshot.ts';
import type { Connection } from '../driver.ts';
import { pragma } from '../values.ts';

type Rows = readonly (readonly unknown[])[];

type Answer = { readonly rows: Rows } | { readonly message: string; readonly code: string | null };

/** Bytes of a database that is read faster than a process starts. */
const small = 16 * 1024 * 1024;

/**
 * How long a statement may read all of a database, in milliseconds. Outside of WAL mode no writer
 * can commit meanwhile.
 */
export function longestScan(
  { db }: Pick<Connection, 'db'>,
  { budget, statementTimeout }: HealthOptions,
): number {
  return isWal(db) ? Math.max(statementTimeout, budget / 4) : statementTimeout;
}

export function isWal(db: Connection['db']): boolean {
  return pragma(db, 'journal_mode') === 'wal';
}

/**
 * Rows of a statement that may read the whole database: in a process of its own, which is ended when
 * the time is up; null: it was not done by then. Throws what SQLite throws, the signal's reason.
 */
export async function scan(
  { db, file }: Connection,
  sql: string,
  timeout: number,
  signal: AbortSignal,
): Promise<Rows | null> {
  if (file === null || bytesOf(db) <= small) return db.prepare<[], unknown[]>(sql).raw().all();
  return answerOf(file, sql, timeout, signal);
}

/**
 * The first 100 bytes of the file. Closing it in this process would drop the locks that this
 * process holds on the database (https://sqlite.org/howtocorrupt.html, 2.2).
 */
export async function headerOf(
  file: string,
  timeout: number,
  signal: AbortSignal,
): Promise<Buffer | null> {
  const rows = await answerOf(file, '', timeout, signal);
  return rows && Buffer.from(String(rows[0]?.[0]), 'hex');
}

async function answerOf(
  file: string,
  sql: string,
  timeout: number,
  signal: AbortSignal,
): Promise<Rows | null> {
  signal.throwIfAborted();
  const child = startSqliteProcess(file, sql);
  const ended = new Promise<void>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => resolve());
  });
  const end = (): void => void child.kill('SIGKILL');
  const timer = setTimeout(end, timeout);
  signal.addEventListener('abort', end);
  try {
    const [said] = await Promise.all([text(child.stdout), ended]);
    signal.throwIfAborted();
    if (said === '') return null;
    const answer = JSON.parse(said) as Answer;
    if ('rows' in answer) return answer.rows;
    throw Object.assign(new Error(answer.message), { code: answer.code });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }
}
