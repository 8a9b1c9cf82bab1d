import { onAverage } from '../averages.ts';
import { postgresCheck } from '../check.ts';
import { numberIn } from '../facts.ts';

/** Backups and CREATE DATABASE ask for some too: of fewer, or of fewer an hour, a share says nothing. */
const fewest = 20;
const fewestPerHour = 2;

export const checkpoints = postgresCheck<{
  timed: number;
  requested: number;
  hours: number;
  since: string | null;
}>({
  id: 'checkpoints',
  title: 'checkpoints that come before their time',
  group: 'wal',
  unit: '%',
  thresholds: { warning: 50, critical: null },
  source: 'postgres_exporter mixin 50 %',
  on: 'primary',
  sql: ({ major }) => {
    const [timed, requested, view] =
      major >= 17
        ? ['num_timed', 'num_requested', 'pg_stat_checkpointer']
        : ['checkpoints_timed', 'checkpoints_req', 'pg_stat_bgwriter'];
    return `
    SELECT ${timed}::float8 AS timed, ${requested}::float8 AS requested, stats_reset AS since,
      (greatest(3600, extract(epoch FROM clock_timestamp() - stats_reset)) / 3600)::float8 AS hours
    FROM ${view}`;
  },
  judge([row], facts) {
    const { timed = NaN, requested = NaN, hours = NaN, since } = row ?? {};
    const few = requested < fewest || requested / hours < fewestPerHour;
    const share = Math.round((100 * requested) / (timed + requested));
    const reset = `SELECT pg_stat_reset_shared('${facts.major >= 17 ? 'checkpointer' : 'bgwriter'}');`;
    return {
      status: null,
      value: few ? 0 : share,
      summary: `${requested} of ${timed + requested} were asked for, ${(requested / hours).toFixed(1)} an hour${few ? ', too few to judge,' : ''} ${onAverage(facts, { since, hours, reset })}`,
      hint: `Where no backups ask for them, max_wal_size is too small for the writes: ALTER SYSTEM SET max_wal_size = '${2 * numberIn(facts, 'max_wal_size')}MB'; SELECT pg_reload_conf();`,
    };
  },
});
