import { commentJoin, commentOf, grantsOf, objectId } from './catalog.ts';
import { identityClausesSql } from './sequence-options.ts';
import { collationName } from './names.ts';
import { optionsOf } from './options.ts';

const storage = (column: string): string =>
  `CASE ${column} WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external' WHEN 'm' THEN 'main' WHEN 'x' THEN 'extended' END`;

const generated = (column: string): string =>
  `CASE ${column} WHEN 's' THEN 'stored' WHEN 'v' THEN 'virtual' END`;

/** A default names no column, so that its table need not be opened to print it. */
const defaultOf = (a: string, d: string): string =>
  `CASE WHEN ${a}.attgenerated = '' THEN pg_catalog.pg_get_expr(${d}.adbin, 0) END`;

const expressionOf = (a: string, d: string): string =>
  `CASE WHEN ${a}.attgenerated <> '' THEN pg_catalog.pg_get_expr(${d}.adbin, ${d}.adrelid) END`;

/** From 18 on NOT NULL is a constraint; one that is not valid or not inherited is one here too. */
const notNullOf = (a: string, major: number): string =>
  major < 18
    ? `${a}.attnotnull`
    : `(${a}.attnotnull AND (${a}.attrelid, ${a}.attnum) NOT IN (
        SELECT c.conrelid, c.conkey[1] FROM pg_catalog.pg_constraint c
        WHERE c.contype = 'n' AND c.conrelid <> 0 AND (NOT c.convalidated OR c.connoinherit)))`;

/** The sequences of identity columns. */
const identitiesSql = `
  SELECT i.refobjid AS relid, i.refobjsubid AS attnum, ${identityClausesSql} AS options,
    pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) AS name,
    ${grantsOf('c.relacl', 's', 'c.relowner')} AS grants, ${commentOf('pg_class', 'c.oid')} AS comment
  FROM pg_catalog.pg_sequence s
    JOIN pg_catalog.pg_depend i ON i.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND i.objid = s.seqrelid
      AND i.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND i.deptype = 'i'
    JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace`;

/** What a column has of its own, inherited or not. */
const own = `
    CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END AS compression,
    ${optionsOf('a.attoptions')} AS options, ${optionsOf('a.attfdwoptions')} AS "fdwOptions",
    ${grantsOf('a.attacl', 'c', 'r.relowner')} AS grants,
    spoken.description AS comment`;

const identified = `
  SELECT ${objectId('pg_class', 'a.attrelid', 'a.attnum')} AS id, 'column' AS type, r.nspname AS schema, r.relname AS "table", a.attname AS name`;

const ofTables = `r.relkind IN ('r', 'p', 'f') AND a.attnum > 0 AND NOT a.attisdropped`;

/** The columns of tables that no other table hands down. */
export function localColumnsSql(major: number): string {
  return `${identified}, false AS inherited,
    pg_catalog.format_type(a.atttypid, a.atttypmod) AS "dataType",
    CASE WHEN a.attcollation <> t.typcollation THEN ${collationName('a.attcollation')} END AS collation,
    ${notNullOf('a', major)} AS "notNull",
    ${defaultOf('a', 'd')} AS "default", ${generated('a.attgenerated')} AS generated, ${expressionOf('a', 'd')} AS expression,
    CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END AS identity,
    i.name AS "identitySequence", i.options AS "identityOptions",
    coalesce(i.grants, '{}') AS "identityGrants", i.comment AS "identityComment",
    CASE WHEN a.attstorage <> t.typstorage THEN ${storage('a.attstorage')} END AS storage,
    CASE WHEN a.attstattarget >= 0 THEN a.attstattarget::text END AS statistics,${own}
  FROM rel r JOIN pg_catalog.pg_attribute a ON a.attrelid = r.relid
    JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_catalog.pg_attrdef d ON a.atthasdef AND d.adrelid = a.attrelid AND d.adnum = a.attnum
    LEFT JOIN (${identitiesSql}) i ON a.attidentity <> '' AND i.relid = a.attrelid AND i.attnum = a.attnum
    ${commentJoin('pg_class', 'a.attrelid', 'a.attnum')}
  WHERE ${ofTables} AND a.attinhcount = 0`;
}

/**
 * Columns that are handed down, where the table has something of its own to say: null stands for
 * what the parent says.
 */
export function inheritedColumnsSql(major: number): string {
  const unless = (own: string, parents: string, value = own): string =>
    `CASE WHEN ${own} IS DISTINCT FROM ${parents} THEN ${value} END`;
  const ownDefault = defaultOf('a', 'd');
  const target = (column: string): string =>
    `CASE WHEN ${column} >= 0 THEN ${column}::text ELSE 'default' END`;
  return `
  SELECT * FROM (${identified}, true AS inherited,
    NULL AS "dataType", NULL AS collation,
    ${unless(notNullOf('a', major), notNullOf('p', major))} AS "notNull",
    ${unless(ownDefault, defaultOf('p', 'pd'), `CASE WHEN a.attgenerated = '' THEN coalesce(${ownDefault}, 'NULL') END`)} AS "default",
    NULL AS generated, ${unless(expressionOf('a', 'd'), expressionOf('p', 'pd'))} AS expression,
    NULL AS identity, NULL AS "identitySequence", NULL::pg_catalog.text[] AS "identityOptions",
    '{}'::pg_catalog.text[] AS "identityGrants", NULL AS "identityComment",
    ${unless('a.attstorage', 'p.attstorage', storage('a.attstorage'))} AS storage,
    ${unless(target('a.attstattarget'), target('p.attstattarget'))} AS statistics,${own}
  FROM rel r JOIN pg_catalog.pg_attribute a ON a.attrelid = r.relid AND a.attinhcount > 0
    LEFT JOIN pg_catalog.pg_attrdef d ON a.atthasdef AND d.adrelid = a.attrelid AND d.adnum = a.attnum
    CROSS JOIN LATERAL (
      SELECT p.* FROM pg_catalog.pg_inherits i
        JOIN pg_catalog.pg_attribute p ON p.attrelid = i.inhparent AND p.attname = a.attname AND NOT p.attisdropped
      WHERE i.inhrelid = r.relid ORDER BY i.inhseqno LIMIT 1) p
    LEFT JOIN pg_catalog.pg_attrdef pd ON p.atthasdef AND pd.adrelid = p.attrelid AND pd.adnum = p.attnum
    ${commentJoin('pg_class', 'a.attrelid', 'a.attnum')}
  WHERE ${ofTables}) q
  WHERE q."notNull" IS NOT NULL OR q."default" IS NOT NULL OR q.expression IS NOT NULL OR q.storage IS NOT NULL
    OR q.statistics IS NOT NULL OR q.compression IS NOT NULL OR pg_catalog.cardinality(q.options) > 0
    OR pg_catalog.cardinality(q."fdwOptions") > 0 OR pg_catalog.cardinality(q.grants) > 0 OR q.comment IS NOT NULL`;
}
