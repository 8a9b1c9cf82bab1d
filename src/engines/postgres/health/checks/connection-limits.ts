import { postgresCheck } from '../check.ts';
import { quotedName } from '../words.ts';

interface Limited {
  readonly kind: 'role' | 'database';
  readonly name: string;
  readonly most: number;
  readonly used: number;
}

export const connectionLimits = postgresCheck<Limited>({
  id: 'connection-limits',
  title: 'roles and databases near their CONNECTION LIMIT',
  group: 'capacity',
  unit: '%',
  thresholds: { warning: 80, critical: 95 },
  source: 'as connections',
  sql: () => `
    WITH clients AS (
      SELECT usesysid, datid FROM pg_stat_activity
      WHERE coalesce(backend_type = 'client backend', usesysid IS NOT NULL AND datid IS NOT NULL))
    SELECT * FROM (
      -- It does not bind superusers.
      SELECT 'role' AS kind, rolname::text AS name, rolconnlimit AS most,
        (SELECT count(*)::int FROM clients WHERE usesysid = r.oid) AS used
      FROM pg_roles r WHERE rolconnlimit >= 0 AND rolcanlogin AND NOT rolsuper
      UNION ALL
      SELECT 'database', datname::text, datconnlimit, (SELECT count(*)::int FROM clients WHERE datid = d.oid)
      FROM pg_database d WHERE datconnlimit >= 0 AND datallowconn) l
    -- 0 is meant to keep all out.
    WHERE most > 0 ORDER BY used::float8 / most DESC, 1, 2 LIMIT 100`,
  judge(rows) {
    const [worst] = rows;
    if (!worst) return { notApplicable: 'no role or database has a CONNECTION LIMIT' };
    const { kind, name, most, used } = worst;
    return {
      status: null,
      value: share(worst),
      summary: `${kind} ${name} uses ${used} of the ${most} connections that it may have`,
      hint: `Is it a leak of connections? If not: ALTER ${kind.toUpperCase()} ${quotedName(name)} CONNECTION LIMIT ${2 * most};`,
      objects: rows.map((row) => ({
        name: `${row.kind} ${row.name}`,
        value: share(row),
        detail: `${row.used} of ${row.most}`,
      })),
    };
  },
});

function share({ used, most }: Limited): number {
  return Math.round((100 * used) / most);
}
