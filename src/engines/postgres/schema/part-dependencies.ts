const classOf = (catalog: string): string => `'pg_catalog.${catalog}'::pg_catalog.regclass`;

/** What has such parts. */
export const typesWithParts: ReadonlySet<string> = new Set([
  'composite type',
  'domain',
  'publication',
  'operator class',
  'operator family',
]);

/**
 * As `dependenciesSql`, a line `catalog:oid>catalog:oid` each, of what is no object of its own in a picture: a composite type's fields, a
 * domain's checks, a publication's tables, the members of operator classes and families.
 */
export const partDependenciesSql = `
SELECT pg_catalog.string_agg(part.whole || '>' || CASE WHEN row_type.relkind <> 'c' THEN 'pg_class:' || y.typrelid WHEN e.oid IS NOT NULL THEN 'pg_type:' || e.oid
    ELSE t.relname || ':' || d.refobjid || CASE WHEN d.refobjsubid > 0 THEN ':' || d.refobjsubid ELSE '' END END, E'\\n')
FROM (
  SELECT ${classOf('pg_class')} AS classid, r.relid AS objid, 'pg_type:' || r.reltype AS whole FROM rel r WHERE r.relkind = 'c'
  UNION ALL
  SELECT ${classOf('pg_constraint')}, k.oid, 'pg_type:' || k.contypid FROM pg_catalog.pg_constraint k WHERE k.contypid >= 16384
  UNION ALL
  SELECT ${classOf('pg_publication_rel')}, p.oid, 'pg_publication:' || p.prpubid FROM pg_catalog.pg_publication_rel p
  UNION ALL
  SELECT o.classid, o.objid, w.relname || ':' || o.refobjid
  FROM pg_catalog.pg_depend o JOIN pg_catalog.pg_class w ON w.oid = o.refclassid
  WHERE o.classid IN (${classOf('pg_amop')}, ${classOf('pg_amproc')}) AND o.objid >= 16384
    AND o.refclassid IN (${classOf('pg_opclass')}, ${classOf('pg_opfamily')})
) part
  JOIN pg_catalog.pg_depend d ON d.classid = part.classid AND d.objid = part.objid AND d.deptype IN ('n', 'a')
  JOIN pg_catalog.pg_class t ON t.oid = d.refclassid
  LEFT JOIN pg_catalog.pg_type y ON d.refclassid = ${classOf('pg_type')} AND y.oid = d.refobjid
  LEFT JOIN pg_catalog.pg_class row_type ON row_type.oid = y.typrelid
  LEFT JOIN pg_catalog.pg_type e ON e.oid = y.typelem AND e.typarray = y.oid
WHERE d.refobjid >= 16384 AND d.refclassid <> ${classOf('pg_namespace')}`;
