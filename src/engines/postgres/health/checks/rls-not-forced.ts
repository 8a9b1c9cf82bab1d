import { areMany, listingCheck } from '../listing.ts';
import { overTenants, tableName } from '../tenancy.ts';

interface Unforced {
  readonly name: string;
  readonly detail: string;
  readonly critical: boolean;
}

/** Without FORCE, policies do not hold for the owner: often the role that the application uses. */
export const rlsNotForced = listingCheck<Unforced>({
  id: 'rls-not-forced',
  title: 'tables of tenants whose owner sees all rows',
  group: 'tenancy',
  source: 'the manual, ALTER TABLE; jem-db: critical where the owner is at work',
  level: 'warning',
  sql: (facts) =>
    overTenants(
      facts,
      (tables) => `
        SELECT ${tableName} AS name, w.at_work AS critical,
          format('owned by %I%s', r.rolname, CASE WHEN w.at_work THEN ', which is connected' END) AS detail
        FROM ${tables} JOIN pg_roles r ON r.oid = t.relowner
        CROSS JOIN LATERAL (
          SELECT NOT r.rolsuper AND (${facts.may.superuser ? 'false' : "pg_has_role(t.relowner, 'USAGE')"} OR EXISTS (
            SELECT FROM pg_stat_activity a WHERE a.usesysid = t.relowner AND a.datname = current_database())) AS at_work
        ) w
        WHERE t.relrowsecurity AND NOT t.relforcerowsecurity`,
    ),
  order: 'critical DESC, name',
  none: 'row-level security holds for owners too',
  some: (count, { name, detail }) =>
    `${areMany(count, 'table of tenants has', 'tables of tenants have')} row-level security that does not hold for its owner: ${name}, ${detail}`,
  hint: ({ name }) => `ALTER TABLE ${name} FORCE ROW LEVEL SECURITY;`,
});
