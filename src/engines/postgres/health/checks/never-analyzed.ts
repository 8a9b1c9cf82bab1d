import { postgresCheck } from '../check.ts';
import { ofTheUser, uncounted } from '../parts.ts';
import { counted } from '../words.ts';

/** Autovacuum analyses no partitioned table; what its partitions know does not tell of the whole. */
export const neverAnalyzed = postgresCheck<{ name: string; rows: number; partitioned: boolean }>({
  id: 'never-analyzed',
  title: 'large tables without statistics',
  group: 'vacuum',
  unit: null,
  thresholds: { warning: 1, critical: null },
  source: 'jem-db: 10,000 rows; manual, Updating Planner Statistics',
  on: 'primary',
  sql: () => `
    SELECT format('%I.%I', n.nspname, c.relname) AS name, r.rows, c.relkind = 'p' AS partitioned
    FROM pg_stat_all_tables s JOIN pg_class c ON c.oid = s.relid JOIN pg_namespace n ON n.oid = c.relnamespace
    CROSS JOIN LATERAL (SELECT CASE WHEN c.relkind <> 'p' THEN s.n_live_tup ELSE (SELECT coalesce(sum(p.n_live_tup), 0)
      FROM pg_inherits i JOIN pg_stat_all_tables p ON p.relid = i.inhrelid WHERE i.inhparent = c.oid) END::float8 AS rows) r
    WHERE ${ofTheUser} AND s.last_analyze IS NULL AND s.last_autoanalyze IS NULL AND r.rows >= 10000
      -- After a crash nothing is known of when, but what was found out is still there.
      AND (c.reltuples < 0 OR c.relkind <> 'p')
    ORDER BY 2 DESC LIMIT 100`,
  judge(rows, facts) {
    const blind = uncounted(facts);
    if (blind) return blind;
    const [worst] = rows;
    return {
      status: null,
      value: rows.length,
      summary:
        worst === undefined
          ? 'every table of more than 10,000 rows was analysed'
          : `${counted(rows.length, 'large table was', 'large tables were')} never analysed, the largest ${worst.name} of ${worst.rows} rows: plans are guesses`,
      hint: `ANALYZE ${worst?.name}; after a restore or an upgrade, all of them: vacuumdb --analyze-in-stages ${facts.database}`,
      objects: rows.map(({ name, rows: live, partitioned }) => ({
        name,
        value: live,
        detail: `${live} rows${partitioned ? ', partitioned: autovacuum never analyses it' : ''}`,
      })),
    };
  },
});
