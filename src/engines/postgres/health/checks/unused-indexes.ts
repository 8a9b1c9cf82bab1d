import { nameOf, userRelations } from '../catalog.ts';
import { postgresCheck } from '../check.ts';
import { concurrently, droppable } from '../index-parts.ts';

interface Unused {
  readonly name: string;
  readonly table: string;
  readonly kind: string;
  readonly bytes: number;
  /** For which statistics have been gathered, at the least. */
  readonly days: number;
}

const smallest = 10 * 2 ** 20;
const fewestDays = 30;

/** Pages as the server counted them last: asking for the file's size waits for a lock. */
export const unusedIndexes = postgresCheck<Unused>({
  id: 'unused-indexes',
  title: 'large indexes that no query uses',
  group: 'indexes',
  unit: null,
  thresholds: { warning: 1, critical: null },
  source: 'PgHero; jem-db: 10 MiB and 30 days',
  sql: () => `
    SELECT format('%I.%I', tn.nspname, x.relname) AS name, ${nameOf('t')} AS "table", x.relkind AS kind,
      x.relpages::float8 * current_setting('block_size')::int AS bytes,
      extract(epoch FROM now() - coalesce(d.stats_reset, pg_postmaster_start_time()))::float8 / 86400 AS days
    FROM pg_stat_user_indexes s JOIN pg_index i ON i.indexrelid = s.indexrelid
    JOIN ${userRelations('t', 'rpm')} ON t.oid = i.indrelid
    JOIN pg_class x ON x.oid = i.indexrelid
    JOIN pg_stat_database d ON d.datname = current_database()
    WHERE s.idx_scan = 0 AND ${droppable('i', 'x')}
      AND x.relpages::float8 * current_setting('block_size')::int >= ${smallest}
    ORDER BY bytes DESC LIMIT 100`,
  judge(rows) {
    const [largest] = rows;
    const none = 'no index of 10 MiB or more is without use';
    if (!largest) return { status: null, value: 0, summary: none, hint: null };
    const days = Math.floor(largest.days);
    // An index that is for the end of a month is not used on most days.
    if (largest.days < fewestDays)
      return {
        notApplicable: `statistics are ${days} days old; use can be told after ${fewestDays}`,
      };
    const bytes = rows.reduce((sum, row) => sum + row.bytes, 0);
    return {
      status: null,
      value: rows.length,
      summary: `${rows.length === 1 ? '1 index' : `${rows.length} indexes`} of ${megabytes(bytes)} in all had no use in ${days} days`,
      hint: `Look at the same on each replica, which counts for itself; then DROP INDEX ${concurrently(largest.kind)}${largest.name};`,
      objects: rows.map((row) => ({
        name: row.name,
        value: row.bytes,
        detail: `on ${row.table}, ${megabytes(row.bytes)}`,
      })),
    };
  },
});

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}
