import { postgresCheck } from '../check.ts';
import { inBytes } from '../words.ts';

export const databaseSize = postgresCheck<{ bytes: number }>({
  id: 'database-size',
  title: 'size of the database',
  group: 'capacity',
  unit: 'B',
  // What is much nobody knows but who pays for the disk: --threshold database-size=800GB:950GB.
  thresholds: { warning: null, critical: null },
  source: 'none unless set',
  sql: () => 'SELECT pg_database_size(current_database())::float8 AS bytes',
  judge: ([row], { database }) => ({
    status: null,
    value: row?.bytes ?? null,
    summary: `${database} takes ${inBytes(row?.bytes ?? NaN)} on disk`,
    hint: 'Look at table-bloat and index-bloat, and at what could be archived.',
  }),
});
