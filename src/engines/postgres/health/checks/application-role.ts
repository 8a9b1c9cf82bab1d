import { identifier } from '../../quoting.ts';
import type { HealthFacts } from '../facts.ts';
import { userRelations } from '../catalog.ts';
import { postgresCheck } from '../check.ts';

interface AtWork {
  readonly role: string;
  readonly superuser: boolean;
  /** Tables of its own in this database. */
  readonly tables: number;
  readonly sessions: number;
}

/** People, and tools that need such rights. */
const tools = '^(psql|pg_|pgAdmin|DBeaver|jem-db)';

/** Whoever is superuser, or owns a table, is not held by its grants nor by its policies. */
export const applicationRole = postgresCheck<AtWork>({
  id: 'application-role',
  title: 'applications that are superuser, or own the tables',
  group: 'security',
  unit: null,
  thresholds: { warning: 1, critical: null },
  source: 'jem-db: roles with the least privilege',
  needs: 'pg_read_all_stats',
  sql: (facts) => `
    SELECT quote_ident(r.rolname) AS role, r.rolsuper AS superuser, count(*)::int AS sessions,
      (SELECT count(*) FROM ${userRelations('t', 'rp')} WHERE t.relowner = r.oid)::int AS tables
    FROM pg_stat_activity a JOIN pg_roles r ON r.oid = a.usesysid
    WHERE a.datname = current_database() AND a.backend_type = 'client backend'
      AND (a.application_name !~ '${tools}' ${isPerhapsApplication(facts) ? 'OR a.pid = pg_backend_pid()' : ''})
    GROUP BY r.oid, r.rolname, r.rolsuper ORDER BY r.rolsuper DESC, 4 DESC`,
  judge(rows, { may, user }) {
    const bad = rows.filter(({ superuser, tables }) => superuser || tables > 0);
    // Of the sessions of others, this one is not told what they are.
    if (bad.length === 0 && !may.superuser && !may.readAllStats)
      return {
        ...{ status: 'unknown', value: null },
        summary: `${user} is not shown which applications are connected`,
        hint: `GRANT pg_read_all_stats TO ${identifier(user)};`,
      };
    if (rows.length === 0) return { notApplicable: 'no application is connected now' };
    const [worst] = bad;
    const can = ({ superuser, tables }: AtWork): string =>
      superuser ? 'superuser' : `owns ${tables} table${tables === 1 ? '' : 's'}`;
    return {
      status: worst?.superuser ? 'critical' : null,
      value: bad.length,
      summary: worst
        ? `an application works as ${worst.role}, which ${worst.superuser ? 'is superuser' : can(worst)}: grants and policies do not hold it`
        : `${rows.length === 1 ? `the role at work, ${rows[0]?.role}, is` : `the ${rows.length} roles at work are`} neither superuser nor owner of a table`,
      hint: worst?.superuser
        ? 'Let it log in as a role of its own: CREATE ROLE app LOGIN NOSUPERUSER; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO app;'
        : `CREATE ROLE app_owner NOLOGIN; REASSIGN OWNED BY ${worst?.role} TO app_owner; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${worst?.role};`,
      objects: bad.map((row) => ({
        name: `role ${row.role}`,
        value: row.sessions,
        detail: `${can(row)}, ${row.sessions} session${row.sessions === 1 ? '' : 's'}`,
      })),
    };
  },
});

/** An administrator, or a monitor, looks at others; any other role is the application's own. */
function isPerhapsApplication({ may }: HealthFacts): boolean {
  return !may.superuser && !may.monitor;
}
