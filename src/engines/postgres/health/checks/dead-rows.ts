import type { FoundObject } from '../../../health.ts';
import { postgresCheck } from '../check.ts';
import { ofTheUser, uncounted, vacuumTrigger } from '../parts.ts';
import { counted, inTime } from '../words.ts';

interface Dead {
  readonly name: string;
  readonly dead: number;
  readonly share: number;
  readonly trigger: number;
  /** Since the last vacuum, or since the server started; null: never vacuumed. */
  readonly seconds: number;
  readonly never: boolean;
}

/** Fewer cost nobody anything. */
const fewest = 100_000;

const columns = (trigger: string): string => `
  SELECT format('%I.%I', n.nspname, c.relname) AS name, s.n_dead_tup::float8 AS dead,
    (100.0 * s.n_dead_tup / greatest(s.n_dead_tup + s.n_live_tup, 1))::float8 AS share, ${trigger} AS trigger,
    extract(epoch FROM clock_timestamp() - coalesce(greatest(s.last_vacuum, s.last_autovacuum), pg_postmaster_start_time()))::float8 AS seconds,
    coalesce(s.last_vacuum, s.last_autovacuum) IS NULL AS never
  FROM pg_stat_all_tables s JOIN pg_class c ON c.oid = s.relid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE ${ofTheUser}`;

function objectsOf(rows: readonly Dead[], value: 'share' | 'seconds'): readonly FoundObject[] {
  return rows.map((row) => ({
    name: row.name,
    value: Math.round(row[value]),
    detail: `${row.dead} dead rows, ${Math.round(row.share)} %; autovacuum comes at ${Math.round(row.trigger)}; ${row.never ? 'never vacuumed' : `vacuumed ${inTime(row.seconds)} ago`}`,
  }));
}

const help = (name: string | undefined): string =>
  `VACUUM (ANALYZE) ${name}; if they stay, something holds back the horizon: look at xmin-horizon. For the future: ALTER TABLE ${name} SET (autovacuum_vacuum_scale_factor = 0.05);`;

export const deadRows = postgresCheck<Dead>({
  id: 'dead-rows',
  title: 'tables with many dead rows',
  group: 'vacuum',
  unit: '%',
  thresholds: { warning: 20, critical: 60 },
  source: 'postgresai F003: 100,000 dead rows and 20 %; jem-db 60 %',
  on: 'primary',
  sql: (facts) =>
    `${columns(vacuumTrigger(facts))} AND s.n_dead_tup >= ${fewest} ORDER BY share DESC LIMIT 100`,
  judge(rows, facts) {
    const blind = uncounted(facts);
    if (blind) return blind;
    const [worst] = rows;
    return {
      status: null,
      value: Math.round(worst?.share ?? 0),
      summary:
        worst === undefined
          ? 'no table has 100,000 dead rows'
          : `${counted(rows.length, 'table has', 'tables have')} more than 100,000 dead rows, the worst ${worst.name}: ${worst.dead}, ${Math.round(worst.share)} % of it`,
      hint: help(worst?.name),
      objects: objectsOf(rows, 'share'),
    };
  },
});

export const vacuumBehind = postgresCheck<Dead>({
  id: 'vacuum-behind',
  title: 'tables that wait for vacuum for long',
  group: 'vacuum',
  unit: 's',
  thresholds: { warning: 86_400, critical: 604_800 },
  source: 'jem-db: twice the dead rows at which autovacuum comes, for a day',
  on: 'primary',
  sql: (facts) => {
    const trigger = vacuumTrigger(facts);
    return `${columns(trigger)} AND s.n_dead_tup > 2 * ${trigger} ORDER BY seconds DESC LIMIT 100`;
  },
  judge(rows, facts) {
    const blind = uncounted(facts);
    if (blind) return blind;
    const [worst] = rows;
    return {
      status: null,
      value: Math.round(worst?.seconds ?? 0),
      summary:
        worst === undefined
          ? 'no table has twice the dead rows at which autovacuum comes'
          : `${counted(rows.length, 'table has', 'tables have')} twice the dead rows at which autovacuum comes; ${worst.name} was ${worst.never ? `not vacuumed since the server started ${inTime(worst.seconds)} ago` : `vacuumed last ${inTime(worst.seconds)} ago`}`,
      hint: help(worst?.name),
      objects: objectsOf(rows, 'seconds'),
    };
  },
});
