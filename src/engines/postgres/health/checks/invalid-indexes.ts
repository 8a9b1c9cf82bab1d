import { postgresCheck } from '../check.ts';

export const invalidIndexes = postgresCheck<{ name: string; table: string; hidden: boolean }>({
  id: 'invalid-indexes',
  title: 'indexes that are not valid',
  group: 'indexes',
  unit: null,
  thresholds: { warning: null, critical: 1 },
  source: 'PgHero',
  sql: () => `
    SELECT format('%I.%I', n.nspname, c.relname) AS name, format('%I.%I', tn.nspname, t.relname) AS "table",
      -- Whose progress this role may not see may be building this very index.
      EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.datname = current_database() AND p.relid IS NULL) AS hidden
    FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace tn ON tn.oid = t.relnamespace
    WHERE NOT i.indisvalid AND c.relkind = 'i'
      AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid)
    ORDER BY 1`,
  judge(rows) {
    const [first] = rows;
    return {
      status: first?.hidden ? 'unknown' : null,
      value: rows.length,
      summary:
        rows.length === 0
          ? 'all indexes are valid'
          : `${rows.length === 1 ? '1 index is' : `${rows.length} indexes are`} not valid: no query uses it, every write pays for it${first?.hidden ? '; or it is being built just now, which needs pg_read_all_stats to see' : ''}`,
      hint: /_cc(new|old)\d*"?$/.test(first?.name ?? '')
        ? `A REINDEX CONCURRENTLY was broken off and left it: DROP INDEX CONCURRENTLY ${first?.name};`
        : `It was being built without a lock, and that failed. Build it anew: REINDEX INDEX CONCURRENTLY ${first?.name}; or drop it: DROP INDEX CONCURRENTLY ${first?.name};`,
      objects: rows.map(({ name, table }) => ({
        name,
        value: null,
        detail: `on ${table}`,
      })),
    };
  },
});
