import { postgresCheck } from '../check.ts';
import { numberIn } from '../facts.ts';
import { counted, inBytes } from '../words.ts';

export const walDirectory = postgresCheck<{ files: number; bytes: number; slot: string | null }>({
  id: 'wal-directory',
  title: 'size of pg_wal, of what it may take',
  group: 'wal',
  unit: '%',
  thresholds: { warning: 200, critical: 500 },
  source: 'jem-db: twice max_wal_size + wal_keep_size',
  needs: 'pg_monitor',
  sql: () => `
    SELECT count(*)::int AS files, coalesce(sum(w.size), 0)::float8 AS bytes,
      (SELECT s.slot_name::text FROM pg_replication_slots s WHERE s.restart_lsn IS NOT NULL
        ORDER BY s.restart_lsn LIMIT 1) AS slot
    FROM pg_ls_waldir() w`,
  judge([row], facts) {
    const { files = NaN, bytes = NaN, slot = null } = row ?? {};
    // Both in megabytes.
    const may = (numberIn(facts, 'max_wal_size') + numberIn(facts, 'wal_keep_size')) * 2 ** 20;
    return {
      status: null,
      value: Math.round((100 * bytes) / may),
      summary: `${counted(files, 'file', 'files')} of ${inBytes(bytes)} together; max_wal_size and wal_keep_size are ${inBytes(may)}`,
      hint: `Something keeps it: look at archiver and archive-backlog${slot === null ? '' : `, and at slot ${slot}, the furthest behind`}. Never delete files in pg_wal by hand.`,
    };
  },
});
