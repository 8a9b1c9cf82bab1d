import type { Metric } from '../../health.ts';
import type { Connection } from '../driver.ts';
import { statOrNull } from '../file-facts.ts';
import { pragma } from '../values.ts';

/** What a database file counts; the receivers of OpenTelemetry have no names for SQLite. */
export function sqliteMetrics({ db, file }: Connection): Metric[] {
  const pageSize = Number(pragma(db, 'page_size'));
  const bytes = (name: string, description: string, value: number): Metric => ({
    name: `sqlite.${name}`,
    unit: 'By',
    description,
    kind: 'gauge',
    points: [{ attributes: {}, value }],
  });
  const log = file === null ? null : statOrNull(`${file}-wal`);
  return [
    bytes(
      'db_size',
      'Size of the database: its pages.',
      pageSize * Number(pragma(db, 'page_count')),
    ),
    bytes(
      'free_size',
      'Bytes of pages that are not in use.',
      pageSize * Number(pragma(db, 'freelist_count')),
    ),
    bytes('wal_size', 'Size of the write-ahead log.', log?.size ?? 0),
  ];
}
