import type { Metric } from '../../health.ts';
import type { Connection } from '../driver.ts';
import { statOrNull } from '../file-facts.ts';
import { pragma } from '../values.ts';

/** `dbstat` reads every page, so that larger files do without (sqlite.org/dbstat.html). */
const largestRead = 256 * 2 ** 20;

const sizesSql = `
SELECT m.tbl_name AS name, sum(s.pgsize) AS bytes
FROM dbstat s JOIN sqlite_schema m ON m.name = s.name
WHERE s.aggregate GROUP BY m.tbl_name ORDER BY 2 DESC LIMIT 50`;

interface TableSize {
  readonly name: string;
  readonly bytes: number;
}

/** What a database file counts; the receivers of OpenTelemetry have no names for SQLite. */
export function sqliteMetrics({ db, file }: Connection): Metric[] {
  const pageSize = Number(pragma(db, 'page_size'));
  const size = pageSize * Number(pragma(db, 'page_count'));
  const log = file === null ? null : statOrNull(`${file}-wal`);
  const tables = size > largestRead ? [] : db.prepare<[], TableSize>(sizesSql).all();
  const whole = (value: number): Metric['points'] => [{ attributes: {}, value }];
  return [
    gauge('db_size', 'Size of the database: its pages.', whole(size)),
    gauge(
      'free_size',
      'Bytes of pages that are not in use.',
      whole(pageSize * Number(pragma(db, 'freelist_count'))),
    ),
    gauge('wal_size', 'Size of the write-ahead log.', whole(log?.size ?? 0)),
    gauge(
      'table.size',
      'Size of a table, with its indexes.',
      tables.map(({ name, bytes }) => ({
        attributes: { 'sqlite.table.name': name },
        value: bytes,
      })),
    ),
  ];
}

function gauge(name: string, description: string, points: Metric['points']): Metric {
  return { name: `sqlite.${name}`, unit: 'By', description, kind: 'gauge', points };
}
