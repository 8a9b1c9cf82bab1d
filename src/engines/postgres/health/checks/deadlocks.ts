import { onAverage } from '../averages.ts';
import { postgresCheck } from '../check.ts';
import { uncounted, countedHours, countedSince } from '../parts.ts';
import { counted } from '../words.ts';

/** Two may be chance. */
const fewest = 3;

export const deadlocks = postgresCheck<{ deadlocks: number; hours: number; since: string }>({
  id: 'deadlocks',
  title: 'deadlocks per hour',
  group: 'locks',
  unit: null,
  thresholds: { warning: 1, critical: 300 },
  source: 'postgres_exporter mixin: 5 per minute is critical; jem-db: 1 per hour',
  sql: () => `
    SELECT d.deadlocks::float8, ${countedHours} AS hours, ${countedSince}
    FROM pg_stat_database d WHERE d.datname = current_database()`,
  judge([row], facts) {
    const blind = uncounted(facts);
    if (blind) return blind;
    const { deadlocks: seen = NaN, hours = NaN, since = '' } = row ?? {};
    const rate = seen < fewest ? 0 : seen / hours;
    return {
      status: null,
      value: Math.round(rate * 100) / 100,
      summary: `${counted(seen, 'deadlock', 'deadlocks')}, ${(seen / hours).toFixed(1)} per hour ${onAverage(facts, { since, hours })}`,
      hint: 'The log says which statements met (log_lock_waits = on tells more). Let all of them take rows and tables in the same order, and try again after SQLSTATE 40P01.',
    };
  },
});
