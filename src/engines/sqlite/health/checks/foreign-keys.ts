import { quoted } from '../../driver.ts';
import { longestScan, scan } from '../apart.ts';
import { sqliteCheck } from '../check.ts';

const sql = 'SELECT "table", parent, count(*) FROM pragma_foreign_key_check GROUP BY 1, 2';

/** `integrity_check` does not look at foreign keys (sqlite.org/pragma.html). */
export const foreignKeys = sqliteCheck({
  id: 'foreign-keys',
  title: 'rows that refer to no row',
  group: 'integrity',
  unit: null,
  thresholds: { warning: null, critical: 1 },
  source: 'PRAGMA foreign_key_check',
  async look(connection, options) {
    const timeout = longestScan(connection, options);
    const found = await scan(connection, sql, timeout, options.signal);
    if (found === null)
      return {
        status: 'unknown',
        value: null,
        summary: `not all foreign keys were looked at within ${timeout / 1000} s`,
        hint: 'Give it more time: `jem-db health check --only foreign-keys --timeout 1h`',
      };
    const broken = found.map(([table, parent, rows]) => ({
      name: `${quoted(String(table))} to ${quoted(String(parent))}`,
      rows: Number(rows),
    }));
    const rows = broken.reduce((sum, one) => sum + one.rows, 0);
    return {
      status: null,
      value: rows,
      summary:
        rows === 0
          ? 'every foreign key has its row'
          : `${rows} ${rows === 1 ? 'row refers' : 'rows refer'} to a row that is not there`,
      hint: 'PRAGMA foreign_key_check shows them. Mend the rows, and have the application set PRAGMA foreign_keys = on in each connection.',
      objects: broken
        .toSorted((a, b) => b.rows - a.rows)
        .map((one) => ({
          name: one.name,
          value: one.rows,
          detail: `${one.rows} refer to nothing`,
        })),
    };
  },
});
