import type { Database } from '../driver.ts';
import { folded } from './keywords.ts';

/** A row of sqlite_schema. */
export interface Entry {
  readonly type: string;
  readonly name: string;
  /** The table or view that it is on, as the statement wrote it. */
  readonly table: string;
  readonly sql: string;
}

/** What the application made in `main`: tables first, all else behind what it is part of. */
export function catalogOf(
  db: Database,
  ledgerTable: string,
): { readonly entries: readonly Entry[]; readonly serverVersion: string } {
  const own = !db.inTransaction;
  if (own) db.exec('BEGIN');
  try {
    const hidden = new Set([ledgerTable, `${ledgerTable}_schema`].map(folded));
    for (const name of db.prepare<[], string>(shadows).pluck().all()) hidden.add(folded(name));
    const entries = db
      .prepare<[], Entry>(rows)
      .all()
      .filter(({ table }) => !hidden.has(folded(table)) && !/^sqlite_/i.test(table));
    const serverVersion = String(db.prepare('SELECT sqlite_version()').pluck().get());
    return { entries, serverVersion };
  } finally {
    if (own && db.inTransaction) db.exec('ROLLBACK');
  }
}

const shadows = `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow'`;

const rows = `SELECT type, name, tbl_name AS "table", sql FROM main.sqlite_schema
  WHERE sql IS NOT NULL ORDER BY type = 'table' DESC, type = 'view' DESC, name`;
