import { withoutOptions } from './index-options.ts';

// Most keys are read from the catalog's own columns: the functions that print any constraint or
// index look everything up anew for each.

const column = (a: string): string => `pg_catalog.quote_ident(${a}.attname)`;

/** Whether it holds for all rows is an attribute of its own. */
const printed = `CASE WHEN c.convalidated THEN pg_catalog.pg_get_constraintdef(c.oid)
  ELSE pg_catalog.regexp_replace(pg_catalog.pg_get_constraintdef(c.oid), ' NOT (VALID|ENFORCED)$', '') END`;

/** The definition of constraint `c`; `i` and `x` are its index, `key` and `far` its only columns. */
export function constraintDefinition(major: number): string {
  const plain = `NOT c.condeferrable AND pg_catalog.cardinality(c.conkey) = 1`;
  const distinct = major < 15 ? '' : 'AND NOT x.indnullsnotdistinct';
  const wholeKey = major < 15 ? '' : 'AND c.confdelsetcols IS NULL';
  return `CASE
      WHEN c.contype = 'c' THEN 'CHECK (' || pg_catalog.pg_get_expr(c.conbin, c.conrelid) || ')' || CASE WHEN c.connoinherit THEN ' NO INHERIT' ELSE '' END
      WHEN c.contype IN ('p', 'u') AND ${plain} AND x.indnatts = 1 ${distinct}
        THEN CASE c.contype WHEN 'p' THEN 'PRIMARY KEY (' ELSE 'UNIQUE (' END || ${column('key')} || ')'
      WHEN c.contype = 'f' AND ${plain} AND c.confmatchtype = 's' AND c.confupdtype = 'a' ${wholeKey}
        THEN 'FOREIGN KEY (' || ${column('key')} || ') REFERENCES ' || pg_catalog.quote_ident(far_schema.nspname)
          || '.' || pg_catalog.quote_ident(far_table.relname) || '(' || ${column('far')} || ')'
          || CASE c.confdeltype WHEN 'r' THEN ' ON DELETE RESTRICT' WHEN 'c' THEN ' ON DELETE CASCADE'
            WHEN 'n' THEN ' ON DELETE SET NULL' WHEN 'd' THEN ' ON DELETE SET DEFAULT' ELSE '' END
      ELSE ${withoutOptions(printed, 'i.reloptions')} END`;
}

/** What `constraintDefinition` needs beyond constraint `c` and its index. */
export const constraintJoins = `
      LEFT JOIN pg_catalog.pg_attribute key ON c.contype IN ('p', 'u', 'f') AND key.attrelid = c.conrelid AND key.attnum = c.conkey[1]
      LEFT JOIN pg_catalog.pg_attribute far ON c.contype = 'f' AND far.attrelid = c.confrelid AND far.attnum = c.confkey[1]
      LEFT JOIN pg_catalog.pg_class far_table ON c.contype = 'f' AND far_table.oid = c.confrelid
      LEFT JOIN pg_catalog.pg_namespace far_schema ON far_schema.oid = far_table.relnamespace`;

/** A default operator class for just this type; varchar uses that of text. */
const usualClass = `o.opcdefault AND o.oid < 16384 AND (o.opcintype = a.atttypid
  OR o.opcintype = 'pg_catalog.text'::pg_catalog.regtype AND a.atttypid = 'pg_catalog.varchar'::pg_catalog.regtype
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_opclass own WHERE own.oid >= 16384))`;

/**
 * What stands behind the table's name in the definition of a B-tree over plain columns, `x` of
 * `pg_index` and `r` of `rel`; NULL for any other index.
 */
export function plainKey(major: number): string {
  return `CASE WHEN x.indexprs IS NULL AND x.indpred IS NULL AND x.indnkeyatts = x.indnatts AND r.reloptions IS NULL
      ${major < 15 ? '' : 'AND NOT x.indnullsnotdistinct'} AND r.relam = (SELECT m.oid FROM pg_catalog.pg_am m WHERE m.amname = 'btree') THEN (
    SELECT CASE WHEN pg_catalog.bool_and(k.direction = 0 AND k.collated IN (0, a.attcollation) AND ${usualClass})
      THEN 'USING btree (' || pg_catalog.string_agg(${column('a')}, ', ' ORDER BY k.place) || ')' END
    FROM ROWS FROM (pg_catalog.unnest(x.indkey::pg_catalog.int2[]), pg_catalog.unnest(x.indclass::pg_catalog.oid[]),
        pg_catalog.unnest(x.indcollation::pg_catalog.oid[]), pg_catalog.unnest(x.indoption::pg_catalog.int2[]))
        WITH ORDINALITY k(attnum, opclass, collated, direction, place)
      JOIN pg_catalog.pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.attnum
      JOIN pg_catalog.pg_opclass o ON o.oid = k.opclass) END`;
}
