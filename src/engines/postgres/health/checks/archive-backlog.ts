import { postgresCheck } from '../check.ts';
import { counted, inBytes } from '../words.ts';
import { archives } from './archiver.ts';

export const archiveBacklog = postgresCheck<{ ready: number; bytes: number }>({
  id: 'archive-backlog',
  title: 'WAL files that wait to be archived',
  group: 'wal',
  unit: null,
  thresholds: { warning: 10, critical: 100 },
  source: 'check_postgres 10 and 15; a burst of writes has more for a while',
  needs: 'pg_monitor',
  sql: (facts) =>
    archives(facts) ??
    `
    SELECT count(*)::int AS ready, (count(*) * pg_size_bytes(current_setting('wal_segment_size')))::float8 AS bytes
    FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready'`,
  judge([row]) {
    const { ready = NaN, bytes = NaN } = row ?? {};
    return {
      status: null,
      value: ready,
      summary: `${counted(ready, 'file waits', 'files wait')} to be archived, ${inBytes(bytes)}`,
      hint: 'Look at archiver: does it fail? If not, it is slower than the writes: a command that takes several files at once, or a faster store.',
    };
  },
});
