import { postgresCheck } from '../check.ts';
import { ofTheUser, storageOption, uncounted } from '../parts.ts';
import { counted } from '../words.ts';

export const staleStatistics = postgresCheck<{
  name: string;
  changed: number;
  share: number;
  last: string;
}>({
  id: 'stale-statistics',
  title: 'rows that changed since the last ANALYZE',
  group: 'vacuum',
  unit: '%',
  thresholds: { warning: 50, critical: null },
  source: 'jem-db: 10,000 rows, and twice of what brings autovacuum to analyse',
  on: 'primary',
  sql: () => `
    SELECT format('%I.%I', n.nspname, c.relname) AS name, s.n_mod_since_analyze::float8 AS changed,
      (100.0 * s.n_mod_since_analyze / greatest(s.n_live_tup, c.reltuples, 1))::float8 AS share,
      to_char(greatest(s.last_analyze, s.last_autoanalyze) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS last
    FROM pg_stat_all_tables s JOIN pg_class c ON c.oid = s.relid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE ${ofTheUser} AND coalesce(s.last_analyze, s.last_autoanalyze) IS NOT NULL AND s.n_mod_since_analyze >= 10000
      AND s.n_mod_since_analyze > 2 * (${storageOption('autovacuum_analyze_threshold')}
        + ${storageOption('autovacuum_analyze_scale_factor')} * greatest(c.reltuples, 0))
      -- A session tells its changes late: what it loads and analyses at once is counted again.
      AND NOT (c.reltuples >= 0.9 * s.n_mod_since_analyze
        AND s.n_live_tup - c.reltuples > s.n_mod_since_analyze / 2
        AND greatest(s.last_analyze, s.last_autoanalyze) > now() - interval '5 min')
    ORDER BY 3 DESC LIMIT 100`,
  judge(rows, facts) {
    const blind = uncounted(facts);
    if (blind) return blind;
    const [worst] = rows;
    return {
      status: null,
      value: Math.round(worst?.share ?? 0),
      summary:
        worst === undefined
          ? 'no table changed much since it was analysed'
          : `${counted(rows.length, 'table', 'tables')} changed much since the last ANALYZE, the most ${worst.name}: ${worst.changed} rows, ${Math.round(worst.share)} % of it, since ${worst.last} UTC`,
      hint: `ANALYZE ${worst?.name};`,
      objects: rows.map(({ name, changed, share, last }) => ({
        name,
        value: Math.round(share),
        detail: `${changed} rows changed since ${last} UTC`,
      })),
    };
  },
});
