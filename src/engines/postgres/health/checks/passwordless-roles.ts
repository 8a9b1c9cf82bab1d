import { areMany, listingCheck } from '../listing.ts';
import { bootstrapRole, roleName } from '../role-parts.ts';

/** Where pg_hba.conf lets a role in by another proof (peer, a certificate …), it needs none. */
export const passwordlessRoles = listingCheck<{ name: string; detail: string; role: string }>({
  id: 'passwordless-roles',
  title: 'roles that may log in and have no password',
  group: 'security',
  source: 'jem-db',
  level: 'warning',
  needs:
    'GRANT SELECT ON pg_authid, pg_hba_file_rules TO {role}; GRANT EXECUTE ON FUNCTION pg_hba_file_rules() TO {role}; -- it holds all hashes: better look as a superuser',
  sql: () => `
    SELECT ${roleName('r')} AS name, quote_ident(r.rolname) AS role,
      'no password, and pg_hba.conf has no other proof for it' AS detail
    FROM pg_authid r
    WHERE r.rolcanlogin AND r.rolpassword IS NULL AND r.oid <> ${bootstrapRole}
      AND NOT EXISTS (SELECT FROM pg_hba_file_rules h
        WHERE h.auth_method NOT IN ('trust', 'reject', 'password', 'md5', 'scram-sha-256')
          AND h.user_name && ARRAY['all', r.rolname::text])`,
  none: 'every role that may log in has a password, or pg_hba.conf a line with another proof for it; one for all, as local all all peer, counts for every role',
  some: (count, { name }) =>
    `${areMany(count, 'role', 'roles')} may log in without having a password: ${name}${count > 1 ? ' is the first' : ''}`,
  hint: ({ role }) => `In psql: \\password ${role}; or ALTER ROLE ${role} NOLOGIN;`,
});
