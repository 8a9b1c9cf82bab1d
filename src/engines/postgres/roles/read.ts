import type { WantedRoles } from '../../roles.ts';
import type { PostgresSession } from '../session.ts';
import { objectsSql } from './read-objects.ts';
import { grantsSql } from './read-grants.ts';
import type {
  CurrentUser,
  Grant,
  Seen,
  SeenDefault,
  SeenMembership,
  SeenObject,
  SeenRole,
  SeenSchema,
  SeenServerFile,
} from './seen.ts';

/** Roles of the server itself that the set's roles are members of. */
export const predefined = { backup: 'pg_read_all_data', monitor: 'pg_monitor' } as const;

const rolesSql = `SELECT r.rolname AS name, r.rolsuper AS superuser, r.rolcreatedb AS "createDatabase",
  r.rolcreaterole AS "createRole", r.rolinherit AS inherit, r.rolcanlogin AS login,
  r.rolreplication AS replication, r.rolbypassrls AS "bypassRls",
  r.rolconnlimit AS "connectionLimit", coalesce(r.rolvaliduntil <= now(), false) AS expired,
  (SELECT to_json(setconfig) FROM pg_db_role_setting WHERE setrole = r.oid AND setdatabase = 0) AS settings,
  (SELECT to_json(setconfig) FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
    WHERE s.setrole = r.oid AND d.datname = current_database()) AS "settingsHere",
  pg_has_role(current_user, r.oid, 'MEMBER WITH ADMIN OPTION') AS administered
FROM pg_roles r WHERE r.rolname = ANY ($1) ORDER BY r.rolname`;

const passwordsSql = `SELECT rolname AS name, CASE WHEN rolpassword IS NULL THEN 'none'
  WHEN rolpassword LIKE 'md5%' THEN 'md5' ELSE 'scram' END AS password
FROM pg_authid WHERE rolname = ANY ($1)`;

const membershipsSql = (major: number): string => `SELECT r.rolname AS role, m.rolname AS member,
  a.admin_option AS admin, ${
    major >= 16
      ? 'a.inherit_option AS inherit, a.set_option AS set, g.rolname AS grantor'
      : 'm.rolinherit AS inherit, true AS set, NULL AS grantor'
  }
FROM pg_auth_members a JOIN pg_roles r ON r.oid = a.roleid JOIN pg_roles m ON m.oid = a.member
  LEFT JOIN pg_roles g ON g.oid = a.grantor
WHERE m.rolname = ANY ($1) OR r.rolname = $2 ORDER BY r.rolname, m.rolname, g.rolname`;

// Whether the owner can be become is a question of its own from 16 on.
const meSql = (major: number): string => `SELECT r.rolname AS name, r.rolsuper AS superuser,
  r.rolcreaterole AS "createRole", r.rolcreatedb AS "createDatabase",
  r.rolbypassrls AS "bypassRls", r.rolreplication AS replication,
  has_database_privilege(d.oid, 'CREATE') AS "createSchema",
  pg_has_role(r.oid, d.datdba, 'USAGE') AS "ownsDatabase",
  coalesce((SELECT pg_has_role(r.oid, o.oid, 'USAGE') AND pg_has_role(r.oid, o.oid, '${major >= 16 ? 'SET' : 'MEMBER'}')
    FROM pg_roles o WHERE o.rolname = $1), false) AS "actsAsOwner"
FROM pg_roles r, pg_database d WHERE r.rolname = current_user AND d.datname = current_database()`;

const databaseSql = `SELECT d.datname AS name, pg_get_userbyid(d.datdba) AS owner, ${grantsSql("coalesce(d.datacl, acldefault('d', d.datdba))", 'd.datdba')} AS grants
FROM pg_database d WHERE d.datname = current_database()`;

const schemasSql = `SELECT n.nspname AS name, pg_get_userbyid(n.nspowner) AS owner,
  pg_has_role(current_user, n.nspowner, 'USAGE') AS mine,
  EXISTS (SELECT FROM pg_extension e WHERE e.extnamespace = n.oid) AS extension,
  ${grantsSql("coalesce(n.nspacl, acldefault('n', n.nspowner))", 'n.nspowner')} AS grants
FROM pg_namespace n WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY n.nspname`;

const defaultsSql = `SELECT n.nspname AS schema,
  CASE d.defaclobjtype WHEN 'r' THEN 'table' WHEN 'S' THEN 'sequence' ELSE 'routine' END AS family,
  ${grantsSql('d.defaclacl', 'd.defaclrole')} AS grants
FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
WHERE pg_get_userbyid(d.defaclrole) = $2 AND d.defaclobjtype IN ('r', 'S', 'f') ORDER BY 1, 2`;

const serverFilesSql = `SELECT 'TABLE' AS keyword, 'pg_catalog.' || c.relname AS identity, 'SELECT' AS privilege,
  has_table_privilege(c.oid, 'SELECT WITH GRANT OPTION') AS grantable,
  ${grantsSql("coalesce(c.relacl, acldefault('r', c.relowner))", 'c.relowner')} AS grants
FROM pg_class c WHERE c.oid IN ('pg_catalog.pg_hba_file_rules'::regclass, 'pg_catalog.pg_file_settings'::regclass)
UNION ALL
SELECT 'FUNCTION', 'pg_catalog.' || p.proname || '()', 'EXECUTE',
  has_function_privilege(p.oid, 'EXECUTE WITH GRANT OPTION'),
  ${grantsSql("coalesce(p.proacl, acldefault('f', p.proowner))", 'p.proowner')}
FROM pg_proc p WHERE p.oid IN ('pg_catalog.pg_hba_file_rules()'::regprocedure, 'pg_catalog.pg_show_all_file_settings()'::regprocedure)
ORDER BY 2`;

/** Reads all of it; the caller has a transaction open, with an empty search path. */
export async function readRoles(session: PostgresSession, wanted: WantedRoles): Promise<Seen> {
  const major = Number.parseInt(session.serverVersion, 10);
  const names = wanted.roles.map(({ name }) => name);
  const owner = wanted.roles.find(({ kind }) => kind === 'owner')?.name ?? '';
  const logins = names.filter((name) => name !== owner);
  const read = <T>(sql: string, values: readonly unknown[] = []) => rows<T>(session, sql, values);
  const [me] = await read<CurrentUser>(meSql(major), [owner]);
  const [database] = await read<{ name: string; owner: string; grants: Grant[] }>(databaseSql, [
    names,
  ]);
  const [rights] = await read<{ may: boolean }>(
    "SELECT has_table_privilege('pg_catalog.pg_authid', 'SELECT') AS may",
  );
  const roles = await read<SeenRole>(rolesSql, [[...names, ...Object.values(predefined)]]);
  const passwords = rights?.may
    ? await read<{ name: string; password: 'none' | 'md5' | 'scram' }>(passwordsSql, [names])
    : null;
  return {
    major,
    database: database!.name,
    me: me!,
    roles: new Map(roles.map((role) => [role.name, role])),
    passwords: passwords && new Map(passwords.map((each) => [each.name, each.password])),
    memberships: await read<SeenMembership>(membershipsSql(major), [names, owner]),
    databaseOwner: database!.owner,
    databaseGrants: database!.grants,
    schemas: await read<SeenSchema>(schemasSql, [names]),
    objects: await read<SeenObject>(objectsSql, [names, wanted.schemas, logins]),
    defaults: await read<SeenDefault>(defaultsSql, [names, owner]),
    serverFiles: await read<SeenServerFile>(serverFilesSql, [names]),
  };
}

async function rows<T>(
  { client, failure }: PostgresSession,
  sql: string,
  values: readonly unknown[],
): Promise<T[]> {
  const text = `SELECT coalesce(json_agg(q), '[]')::text AS rows FROM (${sql}) q`;
  const result = await client.query<{ rows: string }>(text, [...values]).catch((error: unknown) => {
    throw failure(error);
  });
  return JSON.parse(result.rows[0]?.rows ?? '[]') as T[];
}
