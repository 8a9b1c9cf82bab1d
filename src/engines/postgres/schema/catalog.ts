/** Setting of our own that hands the relations to be left out to the queries: oids, apart by commas. */
export const leftSetting = 'jem_db.left_out';

/**
 * Common table expressions that every kind's query may use:
 * `ns(oid, nspname)` — schemas of the application;
 * `members(classid, objid)` — what belongs to an extension;
 * `rel` — pg_class of the application's schemas, without extensions' and the ledger's tables and
 * without what belongs to those (their indexes, sequences), with `nspname`.
 * The setting `leftSetting` holds the oids of what is left out. Each may use those before it.
 */
const commonTables: readonly (readonly [name: string, sql: string])[] = [
  [
    'members',
    // Named by what they refer to, which has an index.
    `MATERIALIZED (
  SELECT d.classid, d.objid FROM pg_catalog.pg_depend d
  WHERE d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.deptype = 'e')`,
  ],
  [
    'ns',
    `MATERIALIZED (
  SELECT n.oid, n.nspname FROM pg_catalog.pg_namespace n
  WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND m.objid = n.oid))`,
  ],
  [
    'commented',
    `MATERIALIZED (
  SELECT d.objoid, d.objsubid FROM pg_catalog.pg_description d
  WHERE d.objoid >= 16384 OR d.classoid = 'pg_catalog.pg_namespace'::pg_catalog.regclass)`,
  ],
  [
    'left_relation',
    `(
  SELECT pg_catalog.unnest(pg_catalog.string_to_array(pg_catalog.current_setting('${leftSetting}'), ',')::pg_catalog.oid[]) AS oid)`,
  ],
  [
    'rel',
    // Each query that uses it wants relations of its own kind.
    `NOT MATERIALIZED (
  SELECT c.*, c.oid AS relid, ns.nspname
  FROM pg_catalog.pg_class c JOIN ns ON ns.oid = c.relnamespace
  WHERE c.oid NOT IN (SELECT l.oid FROM left_relation l))`,
  ],
];

/** Puts those common tables in front of a query that it needs: each costs time to be looked at. */
export function withCommonTables(query: string): string {
  let text = query;
  const needed: string[] = [];
  for (const [name, sql] of commonTables.toReversed()) {
    if (!new RegExp(`\\b${name}\\b`).test(text)) continue;
    needed.unshift(`${name} AS ${sql}`);
    text += sql;
  }
  return needed.length === 0 ? query : `WITH ${needed.join(', ')}\n${query}`;
}

/** How queries name an object, and dependencies refer to it: `pg_class:16402`, a column `pg_class:16402:2`. */
export function objectId(catalog: string, oid: string, subId?: string): string {
  return subId ? `'${catalog}:' || ${oid} || ':' || ${subId}` : `'${catalog}:' || ${oid}`;
}

/** Whether an object belongs to no extension. */
export function notOfExtension(catalog: string, oid: string): string {
  return `NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_catalog.${catalog}'::pg_catalog.regclass AND m.objid = ${oid})`;
}

/** The comment on an object; a column's with its number. */
export function commentOf(catalog: string, oid: string, subId = '0'): string {
  // Most objects have none: a hash finds that out cheaper than an index does.
  return `CASE WHEN (${oid}, ${subId}) IN (SELECT objoid, objsubid FROM commented) THEN (
    SELECT d.description FROM pg_catalog.pg_description d
    WHERE d.classoid = 'pg_catalog.${catalog}'::pg_catalog.regclass AND d.objoid = ${oid} AND d.objsubid = ${subId}) END`;
}

/** The same where many objects have one: joins it as `spoken.description`. */
export function commentJoin(catalog: string, oid: string, subId = '0'): string {
  return `LEFT JOIN pg_catalog.pg_description spoken ON spoken.classoid = 'pg_catalog.${catalog}'::pg_catalog.regclass
      AND spoken.objoid = ${oid} AND spoken.objsubid = ${subId}`;
}

export function ownerOf(oid: string): string {
  return `pg_catalog.pg_get_userbyid(${oid})::text`;
}

/**
 * The privileges on an object as sorted texts: `SELECT TO app`, `SELECT TO app WITH GRANT OPTION`,
 * `SELECT FROM owner` where the owner lacks one of his own; `ALL` where it is all that there are
 * and more than one: 17 has one more on tables than 16. A list that is null and one that says the
 * same are one (`acldefault`); who granted is left out. `kind` as acldefault has it.
 */
export function grantsOf(acl: string, kind: string, owner: string): string {
  const everyones = publicPrivileges[kind] ?? [];
  const untouched = everyones.map((privilege) => `'${privilege} TO PUBLIC'`).join(', ');
  return `CASE WHEN ${acl} IS NULL THEN ARRAY[${untouched}]::pg_catalog.text[] ELSE ARRAY(
    SELECT (CASE WHEN g.given = own.count AND own.count > 1 THEN 'ALL' ELSE g.privilege END || g.rest) COLLATE "C"
    FROM (SELECT pg_catalog.count(*) AS count FROM pg_catalog.aclexplode(pg_catalog.acldefault('${kind}', ${owner})) d
        WHERE d.grantee = ${owner}) own
      CROSS JOIN (
        SELECT x.privilege_type AS privilege, ' TO '
            || CASE WHEN x.grantee = 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantee)) END
            || CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END AS rest,
          pg_catalog.count(*) OVER (PARTITION BY x.grantee, x.is_grantable) AS given
        FROM (SELECT DISTINCT e.grantee, e.privilege_type, e.is_grantable FROM pg_catalog.aclexplode(${acl}) e) x
        WHERE x.grantee <> ${owner}
        UNION ALL
        SELECT d.privilege_type, ' FROM owner', pg_catalog.count(*) OVER ()
        FROM pg_catalog.aclexplode(pg_catalog.acldefault('${kind}', ${owner})) d
        WHERE d.grantee = ${owner} AND NOT EXISTS (
          SELECT FROM pg_catalog.aclexplode(${acl}) x
          WHERE x.grantee = ${owner} AND x.privilege_type = d.privilege_type)
      ) g
    GROUP BY 1 ORDER BY 1) END`;
}

/** What everyone may do with an object of these kinds when it is new. */
const publicPrivileges: Readonly<Record<string, readonly string[]>> = {
  f: ['EXECUTE'],
  T: ['USAGE'],
  l: ['USAGE'],
};
