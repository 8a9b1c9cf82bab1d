import { onAverage } from '../averages.ts';
import { postgresCheck } from '../check.ts';
import { numberIn } from '../facts.ts';

const setting = 'pg_stat_statements.max';

export const statementStatistics = postgresCheck<{
  dealloc: number | null;
  since: string | null;
  hours: number | null;
  reset: string;
}>({
  id: 'statement-statistics',
  title: 'statements that pg_stat_statements forgot, per hour',
  group: 'queries',
  unit: null,
  thresholds: { warning: 10, critical: null },
  source: 'jem-db; check_pgactivity looks too',
  sql: ({ settings }) => {
    // It answers only where the library is loaded; and is in whatever schema it was put in.
    const seen = settings.has(setting)
      ? `(SELECT query_to_xml(format('SELECT dealloc, stats_reset FROM %I.pg_stat_statements_info', n.nspname), true, false, '')::text)`
      : 'NULL';
    return `
    SELECT dealloc, since, reset, (greatest(3600, extract(epoch FROM clock_timestamp() - since)) / 3600)::float8 AS hours
    FROM (SELECT substring(seen FROM '<dealloc>(.*)</dealloc>')::float8 AS dealloc,
        substring(seen FROM '<stats_reset>(.*)</stats_reset>')::timestamptz AS since, reset
      FROM (SELECT ${seen} AS seen, format('SELECT %I.pg_stat_statements_reset();', n.nspname) AS reset
        FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
        WHERE e.extname = 'pg_stat_statements') x) y`;
  },
  judge([row], facts) {
    if (!row) return { notApplicable: 'pg_stat_statements is not created in this database' };
    const { dealloc, since, hours, reset } = row;
    if (dealloc === null || hours === null)
      return {
        status: 'warning',
        value: null,
        summary: 'pg_stat_statements is created, but its library is not loaded: it counts nothing',
        hint: "Add it to those that SHOW shared_preload_libraries; has, each in quotes of its own, and restart: ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements';",
      };
    const rate = dealloc / hours;
    return {
      status: null,
      value: Math.round(rate * 10) / 10,
      summary: `it had to forget statements ${dealloc} times, ${rate.toFixed(1)} an hour ${onAverage(facts, { since, hours, reset })}`,
      hint: `What it lists first may not be what is worst. Keep more: ALTER SYSTEM SET ${setting} = ${2 * numberIn(facts, setting)}; (needs a restart); or let the application use parameters instead of literals.`,
    };
  },
});
