import { onAverage } from '../averages.ts';
import { postgresCheck } from '../check.ts';
import { uncounted, countedHours, countedSince } from '../parts.ts';
import { atSecond } from '../words.ts';

/** Of fewer blocks a ratio says nothing. */
const fewest = 100_000;

export const cacheHits = postgresCheck<{
  hits: number;
  reads: number;
  hours: number;
  since: string;
}>({
  id: 'cache-hits',
  title: 'blocks found in shared_buffers',
  group: 'queries',
  unit: '%',
  thresholds: { warning: 90, critical: null },
  lowIsBad: true,
  source: 'PgHero 99 %, postgres_exporter mixin 98 %; jem-db 90 %: the kernel caches too',
  sql: () => `
    SELECT d.blks_hit::float8 AS hits, d.blks_read::float8 AS reads,
      ${countedHours} AS hours, ${countedSince}
    FROM pg_stat_database d WHERE d.datname = current_database()`,
  judge([row], facts) {
    const blind = uncounted(facts);
    if (blind) return blind;
    const { hits = NaN, reads = NaN, hours = NaN, since = '' } = row ?? {};
    const all = hits + reads;
    const few = all < fewest;
    return {
      status: null,
      value: few ? 100 : Math.round((1000 * hits) / all) / 10,
      summary: few
        ? `${all} blocks were asked for since ${atSecond(since)}, too few to judge`
        : `${((100 * hits) / all).toFixed(1)} % of ${all} blocks came out of the cache ${onAverage(facts, { since, hours })}`,
      hint: 'Compare shared_buffers with the memory of the server: jem-db health tune; look for queries that read whole tables: jem-db health slow.',
    };
  },
});
