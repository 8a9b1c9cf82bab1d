import { type Database, quoted } from '../driver.ts';

export interface UserTable {
  readonly name: string;
  readonly strict: boolean;
  /** False: WITHOUT ROWID. */
  readonly hasRowid: boolean;
}

/** The tables of the database file itself, without those of SQLite and of virtual tables. */
export function userTables(db: Database): readonly UserTable[] {
  const rows = db
    .prepare<[], { name: string; strict: number; wr: number }>(
      "SELECT name, strict, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT GLOB 'sqlite_*' ORDER BY name",
    )
    .all();
  return rows.map(({ name, strict, wr }) => ({ name, strict: strict === 1, hasRowid: wr === 0 }));
}

/**
 * The largest rowid, which is found at once: about as many rows as there ever were. Null: it has
 * none, or no name for them that no column has taken.
 */
export function largestRowid(db: Database, { name, hasRowid }: UserTable): bigint | null {
  if (!hasRowid) return null;
  const columns = db
    .prepare<[string], string>('SELECT lower(name) FROM pragma_table_info(?)')
    .pluck()
    .all(name);
  const free = ['rowid', '_rowid_', 'oid'].find((each) => !columns.includes(each));
  if (free === undefined) return null;
  return db
    .prepare<[], bigint | null>(`SELECT max(${free}) FROM ${quoted(name)}`)
    .safeIntegers()
    .pluck()
    .get() as bigint | null;
}
