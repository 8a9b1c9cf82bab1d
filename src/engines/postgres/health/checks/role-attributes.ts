import { ofNoExtension, userSchema } from '../catalog.ts';
import { areMany, listingCheck } from '../listing.ts';
import { roleName } from '../role-parts.ts';

interface Mighty {
  readonly name: string;
  readonly detail: string;
  readonly role: string;
  readonly attributes: string;
}

/** A role may be there for backups (BYPASSRLS) or for replicas; one that also writes is not. */
export const roleAttributes = listingCheck<Mighty>({
  id: 'role-attributes',
  title: 'roles that may more than their work needs',
  group: 'security',
  source: 'CIS 4; jem-db',
  level: 'warning',
  sql: () => `
    SELECT name, role, concat_ws(', ', create_role, bypass, replicate) AS detail,
      concat_ws(' ', 'NO' || create_role, 'NO' || bypass, 'NO' || replicate) AS attributes
    FROM (
      SELECT ${roleName('r')} AS name, quote_ident(r.rolname) AS role,
        CASE WHEN r.rolcreaterole THEN 'CREATEROLE' END AS create_role,
        CASE WHEN r.rolbypassrls AND (w.writes OR NOT pg_has_role(r.oid, 'pg_read_all_data', 'USAGE')) THEN 'BYPASSRLS' END AS bypass,
        CASE WHEN r.rolreplication AND w.writes THEN 'REPLICATION' END AS replicate
      FROM pg_roles r CROSS JOIN LATERAL (
        SELECT EXISTS (
          SELECT FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace
          WHERE t.relkind IN ('r', 'p') AND ${userSchema('n')} AND ${ofNoExtension('pg_class', 't.oid')}
            AND has_table_privilege(r.oid, t.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')) AS writes
      ) w
      WHERE r.rolcanlogin AND NOT r.rolsuper AND (r.rolcreaterole OR r.rolbypassrls OR r.rolreplication)
    ) found WHERE coalesce(create_role, bypass, replicate) IS NOT NULL`,
  none: 'no role that may log in has attributes beyond its work',
  some: (count, { name, detail }) =>
    `${areMany(count, 'role has', 'roles have')} attributes that an application should not have: ${name} ${detail}`,
  hint: ({ role, attributes }) => `ALTER ROLE ${role} ${attributes};`,
});
