import { onAverage } from '../averages.ts';
import { postgresCheck } from '../check.ts';
import { uncounted, countedHours, countedSince } from '../parts.ts';
import { atSecond } from '../words.ts';

/** Of fewer a share says nothing. */
const fewest = 1000;

export const rollbacks = postgresCheck<{
  commits: number;
  rollbacks: number;
  hours: number;
  since: string;
}>({
  id: 'rollbacks',
  title: 'transactions that are rolled back',
  group: 'queries',
  unit: '%',
  thresholds: { warning: 10, critical: null },
  source: 'postgres_exporter mixin 10 %',
  sql: () => `
    SELECT d.xact_commit::float8 AS commits, d.xact_rollback::float8 AS rollbacks,
      ${countedHours} AS hours, ${countedSince}
    FROM pg_stat_database d WHERE d.datname = current_database()`,
  judge([row], facts) {
    const blind = uncounted(facts);
    if (blind) return blind;
    const { commits = NaN, rollbacks: back = NaN, hours = NaN, since = '' } = row ?? {};
    const all = commits + back;
    const share = all < fewest ? 0 : (100 * back) / all;
    return {
      status: null,
      value: Math.round(share),
      summary:
        all < fewest
          ? `${back} of ${all} transactions since ${atSecond(since)} were rolled back, too few to judge`
          : `${back} of ${all} transactions were rolled back ${onAverage(facts, { since, hours })}`,
      hint: 'The log says which statements fail (log_min_error_statement = error).',
    };
  },
});
