import { onAverage } from '../averages.ts';
import { postgresCheck } from '../check.ts';
import { uncounted, countedHours, countedSince } from '../parts.ts';
import { inBytes } from '../words.ts';

export const temporaryFiles = postgresCheck<{
  files: number;
  bytes: number;
  hours: number;
  since: string;
}>({
  id: 'temporary-files',
  title: 'bytes of temporary files per hour',
  group: 'queries',
  unit: 'B',
  thresholds: { warning: 5e9, critical: 50e9 },
  source: 'jem-db',
  sql: () => `
    SELECT d.temp_files::float8 AS files, d.temp_bytes::float8 AS bytes, ${countedHours} AS hours, ${countedSince}
    FROM pg_stat_database d WHERE d.datname = current_database()`,
  judge([row], facts) {
    const blind = uncounted(facts);
    if (blind) return blind;
    const { files = NaN, bytes = NaN, hours = NaN, since = '' } = row ?? {};
    const rate = bytes / hours;
    return {
      status: null,
      value: Math.round(rate),
      summary: `${files} of ${inBytes(bytes)} together, ${inBytes(rate)} per hour ${onAverage(facts, { since, hours })}`,
      hint: "Sorts and hashes do not fit in work_mem. Find them: ALTER SYSTEM SET log_temp_files = '10MB'; SELECT pg_reload_conf(); give the role that runs them more: ALTER ROLE its_role SET work_mem = '64MB';",
    };
  },
});
