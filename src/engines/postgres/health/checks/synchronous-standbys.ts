import { postgresCheck } from '../check.ts';
import { counted } from '../words.ts';

/** As many as commits wait for: `ANY 2 (a, b)`, `FIRST 1 (a)`, `2 (a, b)`, or one of `a, b`. */
function wanted(names: string): number {
  return Number(/^\s*(?:(?:ANY|FIRST)\s+)?(\d+)\s*\(/i.exec(names)?.[1] ?? 1);
}

export const synchronousStandbys = postgresCheck<{ names: string; found: number; waiting: number }>(
  {
    id: 'synchronous-standbys',
    title: 'commits that wait for a standby that is not there',
    group: 'replication',
    unit: null,
    thresholds: null,
    source: 'manual, synchronous_standby_names',
    needs: 'pg_monitor',
    silentWithout: 'readAllStats',
    on: 'primary',
    sql: ({ settings }) =>
      (settings.get('synchronous_standby_names')?.setting ?? '').trim() === ''
        ? { notApplicable: 'synchronous_standby_names is empty' }
        : `
    SELECT current_setting('synchronous_standby_names') AS names,
      (SELECT count(*)::int FROM pg_stat_replication
        WHERE sync_state IN ('sync', 'quorum') AND state IN ('streaming', 'stopping')) AS found,
      (SELECT count(*)::int FROM pg_stat_activity WHERE wait_event = 'SyncRep') AS waiting`,
    judge([row]) {
      const { names = '', found = 0, waiting = 0 } = row ?? {};
      const missing = wanted(names) - found;
      return {
        status: missing > 0 ? 'critical' : 'ok',
        value: null,
        summary:
          missing > 0
            ? `commits wait for ${counted(wanted(names), 'standby', 'standbys')} of ${names}, ${found === 0 ? 'none' : `only ${found}`} is connected; ${counted(waiting, 'session waits', 'sessions wait')}`
            : `${found} of the ${wanted(names)} that commits wait for are connected (${names})`,
        hint: "Start the standby. Until it is back, writes can go on without it: ALTER SYSTEM SET synchronous_standby_names = ''; SELECT pg_reload_conf(); what is committed then is on this server alone.",
      };
    },
  },
);
