const classOf = (catalog: string): string => `'pg_catalog.${catalog}'::pg_catalog.regclass`;

const wanted = `d.deptype IN ('n', 'a') AND d.objid >= 16384 AND d.refobjid >= 16384 AND d.refclassid <> ${classOf('pg_namespace')}`;

const needed = 'd.refclassid, d.refobjid, d.refobjsubid';

/** From 18 on NOT NULL is a constraint, and its column's where it is valid. */
const ofOtherObjects = `
  SELECT d.classid, d.objid, d.objsubid, ${needed} FROM pg_catalog.pg_depend d
  WHERE ${wanted} AND d.classid NOT IN (${['pg_rewrite', 'pg_attrdef', 'pg_trigger'].map(classOf).join(', ')})
    AND (d.classid <> ${classOf('pg_constraint')}
      OR d.objid NOT IN (SELECT c.oid FROM pg_catalog.pg_constraint c WHERE c.contype = 'n' AND c.convalidated))
    AND (d.classid <> ${classOf('pg_class')} OR d.deptype <> 'a' OR d.objid NOT IN (SELECT s.seqrelid FROM pg_catalog.pg_sequence s))`;

const ofViews = `
  SELECT ${classOf('pg_class')}, r.ev_class, 0, ${needed} FROM pg_catalog.pg_rewrite r
    JOIN pg_catalog.pg_depend d ON d.classid = ${classOf('pg_rewrite')} AND d.objid = r.oid
  WHERE ${wanted}`;

const ofDefaults = `
  SELECT ${classOf('pg_class')}, a.adrelid, a.adnum, ${needed} FROM pg_catalog.pg_attrdef a
    JOIN pg_catalog.pg_depend d ON d.classid = ${classOf('pg_attrdef')} AND d.objid = a.oid
  WHERE ${wanted}`;

const ofTriggers = `
  SELECT d.classid, d.objid, 0, ${needed} FROM pg_catalog.pg_trigger g
    JOIN pg_catalog.pg_depend d ON d.classid = ${classOf('pg_trigger')} AND d.objid = g.oid
  WHERE NOT g.tgisinternal AND ${wanted}`;

const ofInheritedColumns = `
  SELECT ${classOf('pg_class')}, i.inhrelid, a.attnum, ${classOf('pg_class')}, i.inhparent, p.attnum
  FROM pg_catalog.pg_inherits i
    JOIN pg_catalog.pg_attribute a ON a.attrelid = i.inhrelid AND a.attinhcount > 0
    JOIN pg_catalog.pg_attribute p ON p.attrelid = i.inhparent AND p.attname = a.attname`;

/** An index of a partition is made anew with the one on top. */
const ofPartitions = `
  SELECT ${classOf('pg_class')}, i.inhrelid, 0, ${classOf('pg_class')}, pg_catalog.pg_partition_root(i.inhrelid), 0
  FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid AND c.relkind IN ('i', 'I')`;

/** What stands for a type that is made with something else: a row type's table, an array's elements. */
const typesOfOthers = `
  SELECT y.oid, CASE WHEN y.typrelid <> 0 THEN ${classOf('pg_class')} ELSE ${classOf('pg_type')} END AS classid,
    CASE WHEN y.typrelid <> 0 THEN y.typrelid ELSE e.oid END AS objid
  FROM pg_catalog.pg_type y
    LEFT JOIN pg_catalog.pg_class c ON c.oid = y.typrelid
    LEFT JOIN pg_catalog.pg_type e ON e.oid = y.typelem AND e.typarray = y.oid
  WHERE (c.relkind <> 'c' OR e.oid IS NOT NULL) AND y.oid IN (
    SELECT d.refobjid FROM pg_catalog.pg_depend d WHERE ${wanted} AND d.refclassid = ${classOf('pg_type')})`;

const withNumber = (oid: string, number: string): string =>
  `${oid} || CASE WHEN ${number} > 0 THEN ':' || ${number} ELSE '' END`;

/**
 * What needs what, beyond parts and their whole, as one text: a line for each two catalogs,
 * `pg_constraint>pg_class=`, and pairs `oid>oid`, a column's with its number: who needs a column
 * needs its table too. A view is its rewrite rule's, a default its column's, an index its
 * constraint's, an array its elements', a row type its table's.
 */
export const dependenciesSql = `
SELECT pg_catalog.string_agg(c.relname || '>' || t.relname || '=' || q.pairs, E'\\n')
FROM (
    SELECT d.classid, coalesce(y.classid, k.classid, d.refclassid) AS refclassid,
      pg_catalog.string_agg(${withNumber('d.objid', 'd.objsubid')} || '>'
        || CASE WHEN y.oid IS NULL AND k.oid IS NULL THEN ${withNumber('d.refobjid', 'd.refobjsubid')}
          ELSE coalesce(y.objid, k.oid)::pg_catalog.text END, ' ') AS pairs
    FROM (${[ofOtherObjects, ofViews, ofDefaults, ofTriggers, ofInheritedColumns, ofPartitions].join('\nUNION ALL')}
      ) d
      LEFT JOIN (SELECT k.oid, k.conindid, ${classOf('pg_constraint')} AS classid FROM pg_catalog.pg_constraint k
        WHERE k.contype IN ('p', 'u', 'x')) k ON d.refclassid = ${classOf('pg_class')} AND d.refobjsubid = 0 AND k.conindid = d.refobjid
      LEFT JOIN (${typesOfOthers}) y ON d.refclassid = ${classOf('pg_type')} AND y.oid = d.refobjid
    GROUP BY 1, 2
  ) q
  JOIN pg_catalog.pg_class c ON c.oid = q.classid
  JOIN pg_catalog.pg_class t ON t.oid = q.refclassid`;
