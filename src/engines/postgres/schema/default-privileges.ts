import { identifier } from '../quoting.ts';
import { objectId } from './catalog.ts';
import type { Kind } from './kind.ts';
import type { SchemaObject } from '../../schema.ts';
import { list } from './statements.ts';

const objects = `CASE acl.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS'
  WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' WHEN 'L' THEN 'LARGE OBJECTS' END`;

/** The role's own among them; `ALL` where it is all that there are, as 17 has more than 16. */
const grants = `ARRAY(SELECT DISTINCT (CASE WHEN x.given = x.count THEN 'ALL' ELSE x.privilege_type END || ' TO '
    || CASE WHEN x.grantee = 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantee)) END
    || CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) COLLATE "C"
  FROM (SELECT e.*, pg_catalog.count(*) OVER (PARTITION BY e.grantee, e.is_grantable) AS given, greatest(2, (
      SELECT pg_catalog.count(*) FROM pg_catalog.aclexplode(pg_catalog.acldefault(
        CASE acl.defaclobjtype WHEN 'S' THEN 's' ELSE acl.defaclobjtype END, acl.defaclrole)) o
      WHERE o.grantee = acl.defaclrole)) AS count
    FROM pg_catalog.aclexplode(acl.defaclacl) e) x ORDER BY 1)`;

/**
 * ALTER DEFAULT PRIVILEGES: one object for a role, a schema or none, and a kind of object. Those of
 * a schema are added to those of the database, which stand for what PostgreSQL would grant.
 */
export const defaultPrivileges: Kind = {
  types: ['default privileges'],
  sql: () => `
    SELECT ${objectId('pg_default_acl', 'acl.oid')} AS id, 'default privileges' AS type, n.nspname AS schema, NULL AS "table",
      'FOR ROLE ' || pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(acl.defaclrole)) || ' ON ' || ${objects} AS name,
      ${grants} AS grants
    FROM pg_catalog.pg_default_acl acl LEFT JOIN ns n ON n.oid = acl.defaclnamespace
    WHERE acl.defaclnamespace = 0 OR n.oid IS NOT NULL`,
  // They would change what is made after them.
  create: () => [],
  finish: (object) => privileges(object, untouched(object), list(object, 'grants')),
  drop: (object) => privileges(object, list(object, 'grants'), untouched(object)),
  alter: ({ expected, actual }) =>
    privileges(expected, list(actual, 'grants'), list(expected, 'grants')),
};

/** What holds where nobody said anything. */
function untouched({ schema, name }: SchemaObject): readonly string[] {
  if (schema !== null) return [];
  const { role, on } = parts(name);
  if (on === 'FUNCTIONS') return ['EXECUTE TO PUBLIC', `EXECUTE TO ${role}`];
  if (on === 'TYPES') return ['USAGE TO PUBLIC', `USAGE TO ${role}`];
  return [`ALL TO ${role}`];
}

function privileges(
  { schema, name }: SchemaObject,
  from: readonly string[],
  to: readonly string[],
): string[] {
  const { role, on } = parts(name);
  const scope = schema === null ? '' : ` IN SCHEMA ${identifier(schema)}`;
  const alter = `ALTER DEFAULT PRIVILEGES FOR ROLE ${role}${scope}`;
  const revoke = (entry: string): string => {
    const { privilege, grantee } = grantOf(entry.replace(/ WITH GRANT OPTION$/, ''));
    return `${alter} REVOKE ${privilege} ON ${on} FROM ${grantee}`;
  };
  const grant = (entry: string): string => {
    const { privilege, grantee } = grantOf(entry);
    return `${alter} GRANT ${privilege} ON ${on} TO ${grantee}`;
  };
  return [
    ...from.filter((entry) => !to.includes(entry)).map(revoke),
    ...to.filter((entry) => !from.includes(entry)).map(grant),
  ];
}

function grantOf(entry: string): { readonly privilege: string; readonly grantee: string } {
  const at = entry.indexOf(' TO ');
  return { privilege: entry.slice(0, at), grantee: entry.slice(at + ' TO '.length) };
}

/** The role, as SQL has it, and the kind of object that a name speaks of. */
function parts(name: string): { readonly role: string; readonly on: string } {
  const [, role = '', on = ''] = /^FOR ROLE (.*) ON ([A-Z ]+)$/.exec(name) ?? [];
  return { role, on };
}
