import { quoted, type Database } from '../../driver.ts';
import { sqliteCheck } from '../check.ts';
import { largestRowid, userTables } from '../user-tables.ts';

/** Rows of the referring table from which on reading all of it is felt. */
const many = 10_000n;

/** Each DELETE of a parent's row looks for its children (sqlite.org/foreignkeys.html, 3). */
export const foreignKeyIndexes = sqliteCheck({
  id: 'foreign-key-indexes',
  title: 'foreign keys without an index',
  group: 'indexes',
  unit: null,
  thresholds: { warning: 1, critical: null },
  source: 'splinter 0001; tables of 10 000 rows or more',
  look({ db }) {
    const found = userTables(db)
      .map((table) => ({ name: table.name, rows: largestRowid(db, table) ?? 0n }))
      .filter(({ rows }) => rows >= many)
      .flatMap(({ name, rows }) => without(db, name).map((columns) => ({ name, rows, columns })))
      .toSorted((a, b) => (a.rows < b.rows ? 1 : -1));
    const [first] = found;
    return {
      status: null,
      value: found.length,
      summary: first
        ? `${found.length} foreign ${found.length === 1 ? 'key has' : 'keys have'} no index: deleting what it refers to reads all of ${quoted(first.name)}`
        : 'the foreign keys of large tables have their indexes',
      hint: first
        ? `CREATE INDEX ${quoted(`${first.name}_${first.columns.join('_')}`)} ON ${quoted(first.name)} (${first.columns.map(quoted).join(', ')});`
        : null,
      objects: found.map(({ name, rows, columns }) => ({
        name: `${quoted(name)} (${columns.map(quoted).join(', ')})`,
        value: Number(rows),
        detail: `about ${rows} rows`,
      })),
    };
  },
});

/** The columns of each foreign key that no index begins with. */
function without(db: Database, table: string): readonly (readonly string[])[] {
  const keys = new Map<number, string[]>();
  const rows = db.prepare<[string], { id: number; from: string }>(
    'SELECT id, "from" FROM pragma_foreign_key_list(?) ORDER BY id, seq',
  );
  for (const { id, from } of rows.all(table)) keys.set(id, [...(keys.get(id) ?? []), from]);
  const indexes = indexesOf(db, table);
  const covered = (columns: readonly string[]): boolean =>
    indexes.some((index) => {
      const first = index.slice(0, columns.length).map((each) => each?.toLowerCase());
      return columns.every((column) => first.includes(column.toLowerCase()));
    });
  return [...keys.values()].filter((columns) => !covered(columns));
}

/** Columns of the indexes that hold every row, and of the key that is the rowid. */
function indexesOf(db: Database, table: string): readonly (readonly (string | null)[])[] {
  const names = db
    .prepare<[string], string>('SELECT name FROM pragma_index_list(?) WHERE partial = 0')
    .pluck()
    .all(table);
  const columns = db
    .prepare<[string], string | null>('SELECT name FROM pragma_index_info(?) ORDER BY seqno')
    .pluck();
  const key = db
    .prepare<[string], string>('SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk')
    .pluck()
    .all(table);
  return [key, ...names.map((name) => columns.all(name))];
}
