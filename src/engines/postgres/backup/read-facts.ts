import {
  grantsJson,
  localeJson,
  membershipJson,
  ownSettingsJson,
  roleJson,
} from '../scratch/live-json.ts';
import type { PostgresSession } from '../session.ts';
import type { BackupFacts } from './facts.ts';

/** Objects with an owner, and with rights, in the catalogs that pg_dump reads. */
const owned: readonly (readonly [catalog: string, owner: string, rights?: string])[] = [
  ['pg_class', 'relowner', 'relacl'],
  ['pg_proc', 'proowner', 'proacl'],
  ['pg_type', 'typowner', 'typacl'],
  ['pg_namespace', 'nspowner', 'nspacl'],
  ['pg_language', 'lanowner', 'lanacl'],
  ['pg_foreign_data_wrapper', 'fdwowner', 'fdwacl'],
  ['pg_foreign_server', 'srvowner', 'srvacl'],
  ['pg_largeobject_metadata', 'lomowner', 'lomacl'],
  ['pg_default_acl', 'defaclrole', 'defaclacl'],
  ['pg_operator', 'oprowner'],
  ['pg_opclass', 'opcowner'],
  ['pg_opfamily', 'opfowner'],
  ['pg_conversion', 'conowner'],
  ['pg_collation', 'collowner'],
  ['pg_ts_config', 'cfgowner'],
  ['pg_ts_dict', 'dictowner'],
  ['pg_publication', 'pubowner'],
  ['pg_event_trigger', 'evtowner'],
  ['pg_statistic_ext', 'stxowner'],
];

/** What came with the server has smaller oids, but for the schema `public`, which may be changed. */
const ofUser = (catalog: string): string =>
  `(o.oid >= 16384 ${catalog === 'pg_namespace' ? "OR o.nspname = 'public'" : ''})`;

const ofExtension = (catalog: string, oid: string): string =>
  `EXISTS (SELECT FROM pg_depend e WHERE e.classid = ${catalog} AND e.objid = ${oid} AND e.deptype = 'e')`;

/** The dependencies on roles that the server keeps leave out the role that initdb made. */
const bootstrapIsNamed = owned
  .map(([catalog, owner, rights]) => {
    const asOwner = `(o.${owner} = 10 AND NOT ${ofExtension(`'${catalog}'::regclass`, 'o.oid')})`;
    const asOther = `EXISTS (SELECT FROM aclexplode(o.${rights}) a WHERE 10 IN (a.grantee, a.grantor))`;
    const named = rights === undefined ? asOwner : `(${asOwner} OR ${asOther})`;
    return `EXISTS (SELECT FROM ${catalog} o WHERE ${ofUser(catalog)} AND ${named})`;
  })
  .join('\n    OR ');

const sql = `
WITH RECURSIVE d AS (SELECT * FROM pg_database WHERE datname = current_database()),
named AS (
  SELECT DISTINCT s.refobjid AS oid FROM pg_shdepend s, d
  WHERE s.refclassid = 'pg_authid'::regclass AND s.classid <> 'pg_extension'::regclass
    AND (s.dbid = d.oid OR (s.dbid = 0 AND s.classid = 'pg_database'::regclass AND s.objid = d.oid))
    AND NOT (s.deptype = 'o' AND ${ofExtension('s.classid', 's.objid')})
  UNION SELECT datdba FROM d
  UNION SELECT a.grantee FROM d, aclexplode(d.datacl) a WHERE a.grantee <> 0
  UNION SELECT s.setrole FROM pg_db_role_setting s, d WHERE s.setdatabase = d.oid AND s.setrole <> 0
  UNION SELECT 10 WHERE ${bootstrapIsNamed}
), wanted AS (
  SELECT oid FROM named UNION SELECT m.roleid FROM wanted w JOIN pg_auth_members m ON m.member = w.oid
)
SELECT json_build_object(
  'database', d.datname, 'owner', pg_get_userbyid(d.datdba),
  'locale', ${localeJson},
  'grants', ${grantsJson('d.datacl')},
  'comment', shobj_description(d.oid, 'pg_database'),
  'connectionLimit', d.datconnlimit,
  'settings', ${ownSettingsJson},
  'named', (SELECT coalesce(json_agg(r.rolname ORDER BY r.rolname), '[]')
    FROM pg_roles r JOIN named n USING (oid) WHERE r.rolname !~ '^pg_'),
  'roles', (SELECT coalesce(json_agg(${roleJson} ORDER BY r.oid), '[]')
    FROM pg_roles r JOIN wanted USING (oid) WHERE rolname !~ '^pg_'),
  'memberships', (SELECT coalesce(json_agg(${membershipJson} ORDER BY m.roleid, m.member), '[]')
    FROM pg_auth_members m WHERE m.member IN (SELECT oid FROM wanted)),
  'bootstrap', pg_get_userbyid(10),
  'extensions', (SELECT coalesce(json_agg(json_build_object('name', extname, 'version', extversion)
      ORDER BY extname), '[]') FROM pg_extension),
  'tablespaces', (SELECT coalesce(json_agg(DISTINCT t.spcname), '[]') FROM pg_tablespace t
    WHERE t.spcname !~ '^pg_' AND t.oid IN (SELECT c.reltablespace FROM pg_class c)),
  'preloaded', (SELECT setting FROM pg_settings WHERE name = 'shared_preload_libraries')
)::text AS facts
FROM d`;

/**
 * Reads the facts in the transaction that is open; its search path must be `pg_catalog`. Everybody
 * may read them.
 */
export async function readFacts(
  session: PostgresSession,
  dump: BackupFacts['dump'],
): Promise<BackupFacts> {
  const [row] = await session.query(sql);
  const read = JSON.parse(String(row?.['facts'])) as Omit<BackupFacts, 'format' | 'dump'>;
  return { format: 1, dump, ...read };
}
