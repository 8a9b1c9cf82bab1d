import type { PostgresSession } from '../session.ts';

/** Catalogs of what lies in no schema; their objects have OIDs above those of initdb. */
const outsideSchemas: readonly string[] = [
  'pg_am',
  'pg_cast',
  'pg_default_acl',
  'pg_event_trigger',
  'pg_foreign_data_wrapper',
  'pg_foreign_server',
  'pg_language',
  'pg_largeobject_metadata',
  'pg_publication',
  'pg_transform',
];

const classOf = (catalog: string) =>
  catalog === 'pg_largeobject_metadata' ? 'pg_largeobject' : catalog;

const isMember = (classid: string, objid: string) => `EXISTS (SELECT FROM pg_depend e
  WHERE e.classid = ${classid} AND e.objid = ${objid} AND e.deptype = 'e')`;

/**
 * What a user has made in this database, without what extensions made: schemas, what lies in
 * schemas that initdb made, and what lies in none. Extensions count where `extensions` is given.
 */
const userObjects = `
  SELECT 'pg_namespace'::regclass AS classid, n.oid AS objid, 1 AS turn FROM pg_namespace n
  WHERE n.nspname <> 'public' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND NOT ${isMember("'pg_namespace'::regclass", 'n.oid')}
  UNION
  SELECT d.classid, d.objid, 2 FROM pg_depend d JOIN pg_namespace n ON n.oid = d.refobjid
  WHERE d.refclassid = 'pg_namespace'::regclass AND d.deptype = 'n' AND n.nspname = 'public'
    AND d.classid NOT IN ('pg_extension'::regclass, 'pg_default_acl'::regclass)
    AND NOT ${isMember('d.classid', 'd.objid')}
  ${outsideSchemas
    .map(
      (catalog) => `UNION
  SELECT '${classOf(catalog)}'::regclass, o.oid, 0 FROM ${catalog} o
  WHERE o.oid >= 16384 AND NOT ${isMember(`'${classOf(catalog)}'::regclass`, 'o.oid')}`,
    )
    .join('\n')}`;

/** The first few things that a user has made here, for the reader; empty where there are none. */
export async function someUserObjects(session: PostgresSession): Promise<readonly string[]> {
  const rows = await session.query(
    `SELECT pg_describe_object(classid, objid, 0) AS what FROM (${userObjects}) o
    ORDER BY turn DESC, 1 LIMIT 4`,
  );
  return rows.map((row) => String(row['what']));
}

/** Names of the extensions of this database. */
export async function extensionNames(session: PostgresSession): Promise<readonly string[]> {
  const rows = await session.query('SELECT extname FROM pg_extension ORDER BY 1');
  return rows.map((row) => String(row['extname']));
}

/** `turn` puts event triggers first: they could forbid the rest. */
const dropAll = `
DO $clean$
DECLARE
  one record;
  before bigint := -1;
  left_over bigint;
BEGIN
  LOOP
    SELECT count(*) INTO left_over FROM (${userObjects}) o;
    EXIT WHEN left_over = 0 OR left_over = before;
    before := left_over;
    FOR one IN SELECT o.objid, o.classid, i.type, i.identity FROM (${userObjects}) o,
        pg_identify_object(o.classid, o.objid, 0) i ORDER BY o.turn LOOP
      BEGIN
        IF one.type = 'large object' THEN
          PERFORM lo_unlink(one.objid);
        ELSIF one.type = 'default acl' THEN
          PERFORM 1;
        ELSE
          EXECUTE format('DROP %s %s CASCADE', CASE one.type
            WHEN 'statistics object' THEN 'statistics' WHEN 'foreign-data wrapper'
            THEN 'foreign data wrapper' ELSE one.type END, one.identity);
        END IF;
      EXCEPTION WHEN OTHERS THEN
        NULL;
      END;
    END LOOP;
  END LOOP;
END
$clean$`;

/** Default privileges have no DROP: each is set back to what PostgreSQL gives by itself. */
const resetDefaultPrivileges = `
DO $clean$
DECLARE
  one record;
BEGIN
  FOR one IN SELECT pg_get_userbyid(d.defaclrole) AS role, n.nspname AS schema,
      CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES'
        WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' END AS kind,
      d.defaclacl AS acl,
      CASE WHEN n.oid IS NULL THEN acldefault(CASE d.defaclobjtype WHEN 'S' THEN 's'
        ELSE d.defaclobjtype END, d.defaclrole) END AS plain
    FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
  LOOP
    DECLARE
      head text := format('ALTER DEFAULT PRIVILEGES FOR ROLE %I', one.role)
        || CASE WHEN one.schema IS NULL THEN '' ELSE format(' IN SCHEMA %I', one.schema) END;
      item record;
    BEGIN
      FOR item IN SELECT DISTINCT grantee FROM aclexplode(one.acl) LOOP
        EXECUTE format('%s REVOKE ALL ON %s FROM %s', head, one.kind,
          CASE WHEN item.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(item.grantee)) END);
      END LOOP;
      FOR item IN SELECT grantee, privilege_type FROM aclexplode(one.plain) LOOP
        EXECUTE format('%s GRANT %s ON %s TO %s', head, item.privilege_type, one.kind,
          CASE WHEN item.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(item.grantee)) END);
      END LOOP;
    EXCEPTION WHEN OTHERS THEN
      NULL;
    END;
  END LOOP;
END
$clean$`;

/**
 * Drops everything that a user has made here, and the extensions that are not `kept`. Answers what
 * could not be dropped.
 */
export async function dropUserObjects(
  session: PostgresSession,
  kept: readonly string[],
): Promise<readonly string[]> {
  await session.query('SET lock_timeout = 5000; SET client_min_messages = error');
  const extensions = await extensionNames(session);
  for (const name of extensions.filter((one) => !kept.includes(one))) {
    const quoted = `"${name.replaceAll('"', '""')}"`;
    await session.query(`DROP EXTENSION IF EXISTS ${quoted} CASCADE`);
  }
  await session.query(resetDefaultPrivileges);
  await session.query(dropAll);
  return someUserObjects(session);
}
