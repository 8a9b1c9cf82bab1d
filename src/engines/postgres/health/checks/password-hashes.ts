import { areMany, listingCheck } from '../listing.ts';
import { roleName } from '../role-parts.ts';

export const passwordHashes = listingCheck<{ name: string; detail: string; role: string }>({
  id: 'password-hashes',
  title: 'passwords that are kept as md5',
  group: 'security',
  source: 'PostgreSQL 18 release notes: md5 is deprecated',
  level: 'warning',
  needs: 'GRANT SELECT ON pg_authid TO {role}; -- it holds all hashes: better look as a superuser',
  sql: () => `
    SELECT ${roleName('r')} AS name, quote_ident(r.rolname) AS role,
      CASE WHEN r.rolcanlogin THEN 'md5' ELSE 'md5; may not log in' END AS detail
    FROM pg_authid r WHERE r.rolpassword LIKE 'md5%'`,
  none: 'no password is kept as md5',
  some: (count, { name }) =>
    `${areMany(count, 'role has', 'roles have')} a password that is kept as md5, which whoever gets hold of it can log in with: ${name}${count > 1 ? ' is the first' : ''}`,
  hint: ({ role }) => `SET password_encryption = 'scram-sha-256'; then in psql: \\password ${role}`,
});
