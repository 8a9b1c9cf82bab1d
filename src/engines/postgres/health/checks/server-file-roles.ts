import { areMany, listingCheck } from '../listing.ts';
import { roleName } from '../role-parts.ts';

interface Member {
  readonly name: string;
  readonly detail: string;
  readonly role: string;
  readonly granted: string;
}

export const serverFileRoles = listingCheck<Member>({
  id: 'server-file-roles',
  title: 'roles that reach the files or programs of the server',
  group: 'security',
  source: 'CIS 4; the manual, predefined roles; jem-db: critical where they write or run',
  level: 'warning',
  sql: () => `
    WITH RECURSIVE members (role, granted) AS (
      SELECT m.member, g.rolname FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
      WHERE g.rolname IN ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program')
      UNION SELECT m.member, s.granted FROM members s JOIN pg_auth_members m ON m.roleid = s.role
    )
    SELECT ${roleName('r')} AS name, quote_ident(r.rolname) AS role, 'member of ' || string_agg(DISTINCT s.granted, ', ') AS detail,
      string_agg(DISTINCT s.granted, ', ') AS granted, bool_or(s.granted <> 'pg_read_server_files') AS critical
    FROM members s JOIN pg_roles r ON r.oid = s.role
    WHERE r.rolcanlogin AND NOT r.rolsuper GROUP BY r.rolname`,
  order: 'critical DESC, name',
  none: 'no role but superusers reaches the files and programs of the server',
  some: (count, { name, granted }) =>
    `${areMany(count, 'role reaches', 'roles reach')} the files or programs of the server: ${name}, by ${granted}`,
  hint: ({ role, granted }) => `REVOKE ${granted} FROM ${role};`,
});
