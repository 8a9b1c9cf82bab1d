import type BetterSqlite3 from 'better-sqlite3';

export type Database = BetterSqlite3.Database;

/** An open database, and what its errors need to know about it. */
export interface Connection {
  readonly db: Database;
  /** Absolute; null is a database in memory. */
  readonly file: string | null;
  readonly display: string;
  /** Opened so that nothing can be written. */
  readonly readonly: boolean;
}

/** What an error is about. */
export type About = Pick<Connection, 'file' | 'display' | 'readonly'>;

/** The extended result code of an error of SQLite, such as `SQLITE_BUSY`; null of any other. */
export function resultCode(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  const { code } = error;
  return typeof code === 'string' && code.startsWith('SQLITE_') ? code : null;
}

/** Whether another connection holds the lock that was wanted, so that it may pass. */
export function isBusy(error: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED|PROTOCOL)/.test(resultCode(error) ?? '');
}

/** A name as SQL writes it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
