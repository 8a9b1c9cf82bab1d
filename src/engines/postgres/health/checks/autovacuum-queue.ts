import { postgresCheck } from '../check.ts';
import { numberIn } from '../facts.ts';
import { ofTheUser, uncounted, vacuumTrigger } from '../parts.ts';
import { counted } from '../words.ts';

interface Queue {
  readonly waiting: number;
  readonly busy: number;
  readonly worst: string | null;
}

export const autovacuumQueue = postgresCheck<Queue>({
  id: 'autovacuum-queue',
  title: 'tables that wait for an autovacuum worker, of each worker',
  group: 'vacuum',
  unit: null,
  thresholds: { warning: 5, critical: null },
  source: 'postgresai F003: 5 tables of each worker',
  needs: 'pg_monitor',
  silentWithout: 'readAllStats',
  on: 'primary',
  sql: (facts) => `
    WITH due AS (
      SELECT format('%I.%I', n.nspname, c.relname) AS name, s.n_dead_tup / ${vacuumTrigger(facts)} AS times
      FROM pg_stat_all_tables s JOIN pg_class c ON c.oid = s.relid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE ${ofTheUser} AND s.n_dead_tup > ${vacuumTrigger(facts)})
    SELECT (SELECT count(*)::int FROM due) AS waiting, (SELECT name FROM due ORDER BY times DESC LIMIT 1) AS worst,
      (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'autovacuum worker') AS busy`,
  judge([row], facts) {
    const blind = uncounted(facts);
    if (blind) return blind;
    const { waiting = NaN, busy = NaN, worst = null } = row ?? {};
    const workers = numberIn(facts, 'autovacuum_max_workers');
    return {
      status: null,
      value: Math.round((10 * waiting) / workers) / 10,
      summary: `${counted(waiting, 'table has', 'tables have')} the dead rows at which autovacuum comes${worst === null ? '' : `, the worst is ${worst}`}; ${busy} of ${workers} workers are busy`,
      hint:
        busy < workers
          ? 'The workers do not come: is autovacuum on, and for these tables too? What holds back the horizon: look at xmin-horizon.'
          : 'They are too slow: ALTER SYSTEM SET autovacuum_vacuum_cost_limit = 2000; SELECT pg_reload_conf(); more of them share the same limit.',
    };
  },
});
