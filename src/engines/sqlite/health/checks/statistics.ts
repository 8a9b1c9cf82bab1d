import { quoted, type Database } from '../../driver.ts';
import { sqliteCheck } from '../check.ts';
import { largestRowid, userTables } from '../user-tables.ts';

/** Rows from which on a wrong guess of the planner is felt. */
const many = 10_000;
/** A table that has grown so much since is another one to the planner; PRAGMA optimize thinks alike. */
const growth = 10;

export const statistics = sqliteCheck({
  id: 'statistics',
  title: 'tables without statistics, or with old ones',
  group: 'queries',
  unit: null,
  thresholds: { warning: 1, critical: null },
  source: 'sqlite.org/lang_analyze.html; indexed tables of 10 000 rows or more',
  look({ db }) {
    const known = rowsByTable(db);
    const found = userTables(db)
      .map((table) => ({ name: table.name, rows: Number(largestRowid(db, table) ?? 0n) }))
      .filter(({ name, rows }) => rows >= many && isIndexed(db, name))
      .filter(({ name, rows }) => (known.get(name) ?? 0) * growth < rows)
      .toSorted((a, b) => b.rows - a.rows);
    const [first] = found;
    return {
      status: null,
      value: found.length,
      summary: first
        ? `the planner knows nothing true of ${found.length} large ${found.length === 1 ? 'table' : 'tables'}: ${quoted(first.name)} has about ${first.rows} rows${known.has(first.name) ? `, the statistics say ${known.get(first.name)}` : ''}`
        : 'the planner knows how large the tables are',
      hint: 'PRAGMA optimize=0x10002; or ANALYZE; and have the application run PRAGMA optimize; now and then, as when it closes a connection.',
      objects: found.map(({ name, rows }) => ({
        name: quoted(name),
        value: rows,
        detail: known.has(name) ? `statistics of ${known.get(name)} rows` : 'no statistics',
      })),
    };
  },
});

function isIndexed(db: Database, table: string): boolean {
  return db.prepare('SELECT 1 FROM pragma_index_list(?) LIMIT 1').get(table) !== undefined;
}

/** As ANALYZE found them; none where it never ran. */
function rowsByTable(db: Database): ReadonlyMap<string, number> {
  const ran = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'").get();
  if (ran === undefined) return new Map();
  const rows = db
    .prepare<[], { tbl: string; stat: string | null }>(
      'SELECT tbl, max(stat) AS stat FROM sqlite_stat1 GROUP BY tbl',
    )
    .all();
  return new Map(rows.map(({ tbl, stat }) => [tbl, Number.parseInt(stat ?? '0', 10) || 0]));
}
