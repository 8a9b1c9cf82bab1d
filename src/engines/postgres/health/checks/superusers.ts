import { areMany, listingCheck } from '../listing.ts';
import { bootstrapRole, roleName } from '../role-parts.ts';

export const superusers = listingCheck<{ name: string; detail: string; role: string }>({
  id: 'superusers',
  title: 'superusers besides the first',
  group: 'security',
  source: 'CIS 4; jem-db',
  level: 'warning',
  sql: () => `
    SELECT ${roleName('r')} AS name, quote_ident(r.rolname) AS role, 'superuser, may log in' AS detail
    FROM pg_roles r WHERE r.rolsuper AND r.rolcanlogin AND r.oid <> ${bootstrapRole}`,
  none: 'nobody is superuser but the role that the server was made with',
  some: (count, { name }) =>
    `${areMany(count, 'role', 'roles')} more may do anything: ${name}${count > 1 ? ' is the first' : ''}`,
  hint: ({ role }) => `ALTER ROLE ${role} NOSUPERUSER; -- then GRANT what it needs`,
});
