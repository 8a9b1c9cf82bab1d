import { postgresCheck } from '../check.ts';
import { ofTheUser } from '../parts.ts';
import { counted } from '../words.ts';

export const autovacuumOffTables = postgresCheck<{ name: string; rows: number }>({
  id: 'autovacuum-off-tables',
  title: 'large tables that autovacuum leaves alone',
  group: 'vacuum',
  unit: null,
  thresholds: { warning: 1, critical: null },
  source: 'postgresai F003: more than 10,000 rows',
  on: 'primary',
  sql: () => `
    SELECT format('%I.%I', n.nspname, c.relname) AS name,
      greatest(c.reltuples, s.n_live_tup)::float8 AS rows
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid
    WHERE c.relkind IN ('r', 'm') AND ${ofTheUser}
      AND EXISTS (SELECT FROM pg_options_to_table(c.reloptions) o
        WHERE o.option_name = 'autovacuum_enabled' AND NOT o.option_value::boolean)
      AND greatest(c.reltuples, s.n_live_tup) >= 10000
    ORDER BY 2 DESC LIMIT 100`,
  judge(rows) {
    const [worst] = rows;
    return {
      status: null,
      value: rows.length,
      summary:
        worst === undefined
          ? 'autovacuum is off for no table of more than 10,000 rows'
          : `autovacuum is off for ${counted(rows.length, 'table', 'tables')}, the largest ${worst.name} of ${Math.round(worst.rows)} rows`,
      hint: `ALTER TABLE ${worst?.name} RESET (autovacuum_enabled);`,
      objects: rows.map(({ name, rows: live }) => ({
        name,
        value: live,
        detail: `${Math.round(live)} rows`,
      })),
    };
  },
});
