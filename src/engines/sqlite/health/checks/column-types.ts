import { quoted, type Database } from '../../driver.ts';
import { scan } from '../apart.ts';
import { sqliteCheck } from '../check.ts';
import { userTables } from '../user-tables.ts';

/** What typeof() may say of a value in a column of this affinity (sqlite.org/datatype3.html, 3.1). */
function allowed(type: string): readonly string[] | null {
  if (/int/i.test(type)) return ['integer'];
  if (/char|clob|text/i.test(type)) return ['text'];
  if (type === '' || /blob/i.test(type)) return null;
  if (/real|floa|doub/i.test(type)) return ['real', 'integer'];
  // Dates and times are text in a column of numbers.
  return /num|dec|bool/i.test(type) ? ['integer', 'real'] : null;
}

/** A table that is not STRICT takes text in a column of integers. */
export const columnTypes = sqliteCheck({
  id: 'column-types',
  title: 'values that are not of their column’s type',
  group: 'integrity',
  unit: null,
  thresholds: { warning: 1, critical: null },
  source: 'sqlite.org/stricttables.html',
  onRequest: true,
  async look(connection, { budget, signal }) {
    const { db } = connection;
    const loose = userTables(db).filter(({ strict }) => !strict);
    const found: { readonly name: string; readonly rows: number }[] = [];
    const begun = performance.now();
    for (const { name } of loose) {
      const columns = typedColumns(db, name);
      if (columns.length === 0) continue;
      const left = budget - (performance.now() - begun);
      const rows = left > 0 ? await scan(connection, countOf(name, columns), left, signal) : null;
      if (rows === null)
        return {
          status: 'unknown',
          value: null,
          summary: `not all tables were looked at within ${budget / 1000} s`,
          hint: 'Give it more time: `jem-db health check --only column-types --timeout 1h`',
        };
      for (const [at, column] of columns.entries()) {
        const number = Number(rows[0]?.[at] ?? 0);
        if (number > 0)
          found.push({ name: `${quoted(name)}.${quoted(column.name)}`, rows: number });
      }
    }
    const worst = found.toSorted((a, b) => b.rows - a.rows);
    const total = worst.reduce((sum, { rows }) => sum + rows, 0);
    return {
      status: null,
      value: total,
      summary:
        total === 0
          ? `all values are of the types of their columns (${loose.length} tables are not STRICT)`
          : `${total} ${total === 1 ? 'value is' : 'values are'} of another type than the column, the most in ${worst[0]!.name}`,
      hint: 'Mend the values, and make the table STRICT: a migration that builds it anew.',
      objects: worst.map(({ name, rows }) => ({ name, value: rows, detail: `${rows} values` })),
    };
  },
});

interface TypedColumn {
  readonly name: string;
  readonly allowed: readonly string[];
}

function typedColumns(db: Database, table: string): readonly TypedColumn[] {
  return db
    .prepare<[string], { name: string; type: string }>(
      'SELECT name, type FROM pragma_table_info(?)',
    )
    .all(table)
    .flatMap(({ name, type }) => {
      const types = allowed(type);
      return types ? [{ name, allowed: types }] : [];
    });
}

function countOf(table: string, columns: readonly TypedColumn[]): string {
  const counts = columns.map(
    (column) =>
      `count(*) FILTER (WHERE typeof(${quoted(column.name)}) NOT IN ('null', ${column.allowed.map((type) => `'${type}'`).join(', ')}))`,
  );
  return `SELECT ${counts.join(', ')} FROM ${quoted(table)}`;
}
