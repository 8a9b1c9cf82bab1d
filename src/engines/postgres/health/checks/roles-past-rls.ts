import { userRelations } from '../catalog.ts';
import { areMany, listingCheck } from '../listing.ts';
import { roleName } from '../role-parts.ts';

/** A backup has to see all rows; whoever may change them is no backup. */
export const rolesPastRls = listingCheck<{ name: string; detail: string; role: string }>({
  id: 'roles-past-rls',
  title: 'roles that row-level security does not hold for',
  group: 'tenancy',
  source: 'the manual, CREATE ROLE; jem-db: those that may write',
  level: 'critical',
  sql: () => `
    SELECT ${roleName('r')} AS name, quote_ident(r.rolname) AS role,
      'BYPASSRLS, and may write ' || min(t.oid::regclass::text) || CASE WHEN count(*) > 1 THEN format(' and %s more', count(*) - 1) ELSE '' END AS detail
    FROM pg_roles r JOIN (${userRelations('t', 'rp')}) ON t.relrowsecurity
    WHERE r.rolbypassrls AND NOT r.rolsuper AND r.rolcanlogin
      AND has_table_privilege(r.oid, t.oid, 'INSERT, UPDATE, DELETE')
    GROUP BY r.rolname`,
  none: 'row-level security holds for every role that writes',
  some: (count, { name, detail }) =>
    `${areMany(count, 'role is', 'roles are')} not held by row-level security: ${name} has ${detail}`,
  hint: ({ role }) => `ALTER ROLE ${role} NOBYPASSRLS;`,
});
