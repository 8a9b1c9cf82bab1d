import { JemError } from '../../../errors.ts';
import { type Connection, type Database, quoted } from '../driver.ts';
import { folded } from '../schema/keywords.ts';

/** A table of `main`, as its rows are to be read. Plain data: threads pass it on. */
export interface StoredTable {
  readonly name: string;
  readonly type: 'table' | 'shadow table' | 'virtual table';
  /** What is stored of a row, sorted by name: without columns that are computed when they are read. */
  readonly columns: readonly string[];
  /** A name by which its rowid can be asked for; null where it has none. */
  readonly rowid: string | null;
}

interface Listed {
  readonly name: string;
  readonly type: 'table' | 'virtual' | 'shadow';
  readonly wr: number;
}

interface Column {
  readonly name: string;
  readonly hidden: number;
}

// Triggers and views keep no rows; sqlite_schema is compared as the schema.
const listed = `SELECT name, type, wr FROM pragma_table_list WHERE schema = 'main'
  AND type IN ('table', 'virtual', 'shadow') AND name NOT IN ('sqlite_schema', 'sqlite_master')`;

/** Every table of the database, SQLite's own ones too, sorted by name. */
export function storedTables({ db, display }: Connection): readonly StoredTable[] {
  const tables = db.prepare<[], Listed>(listed).all();
  return tables
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((table) => (table.type === 'virtual' ? virtual(table) : stored(db, table, display)));
}

function virtual({ name }: Listed): StoredTable {
  return { name, type: 'virtual table', columns: [], rowid: null };
}

/** `hidden` of a column that is computed when it is read. */
const computed = 2;

function stored(db: Database, { name, type, wr }: Listed, display: string): StoredTable {
  const all = db
    .prepare<[string], Column>(`SELECT name, hidden FROM pragma_table_xinfo(?, 'main')`)
    .all(name);
  if (all.length === 0)
    throw new JemError('backup-incomplete', `The table ${name} of ${display} cannot be read`, {
      why: 'SQLite does not tell its columns.',
      hint: 'Look at it: SELECT sql FROM sqlite_schema.',
    });
  const names = new Set(all.map((column) => folded(column.name)));
  const rowid = ['rowid', '_rowid_', 'oid'].find((alias) => !names.has(alias)) ?? null;
  return {
    name,
    type: type === 'shadow' ? 'shadow table' : 'table',
    columns: all
      .filter(({ hidden }) => hidden !== computed)
      .map((column) => column.name)
      .toSorted((a, b) => (folded(a) < folded(b) ? -1 : 1)),
    rowid: wr === 1 ? null : rowid,
  };
}

/** Rowids, both included. */
export type Range = readonly [from: bigint, to: bigint];

/** One step of the work: a table, by its place among all, or some of its rows. */
export interface Part {
  readonly table: number;
  readonly range: Range | null;
}

/** Rows that are one step of the work where rowids are dense: some 50 ms. */
const rowsOfPart = 50_000n;
const mostParts = 256n;

/** The work in parts, those first that cannot be divided. */
export function partsOf(db: Database, tables: readonly StoredTable[]): readonly Part[] {
  const parts = tables.flatMap((table, index) =>
    table.type === 'virtual table'
      ? []
      : rangesOf(db, table).map((range) => ({ table: index, range })),
  );
  return parts.toSorted((a, b) => Number(a.range !== null) - Number(b.range !== null));
}

function rangesOf(db: Database, { name, rowid }: StoredTable): readonly (Range | null)[] {
  if (rowid === null) return [null];
  const from = `FROM main.${quoted(name)} NOT INDEXED`;
  const [first, last] = db
    .prepare(`SELECT (SELECT min(${rowid}) ${from}), (SELECT max(${rowid}) ${from})`)
    .raw()
    .safeIntegers()
    .get() as [bigint | null, bigint | null];
  if (first === null || last === null || last - first < rowsOfPart) return [null];
  const span = last - first + 1n;
  const wanted = span / rowsOfPart + 1n;
  const count = wanted < mostParts ? wanted : mostParts;
  return Array.from({ length: Number(count) }, (_, index) => [
    first + (span * BigInt(index)) / count,
    first + (span * BigInt(index + 1)) / count - 1n,
  ]);
}
