/** SQL for what tables and foreign tables have in common; `r` is a row of `rel`. */
export const columnsSql = `ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a
  WHERE a.attrelid = r.relid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum)`;

const parents = `FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class p ON p.oid = i.inhparent
  JOIN pg_catalog.pg_namespace n ON n.oid = p.relnamespace WHERE i.inhrelid = r.relid`;

const parentName = `pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(p.relname)`;

export const inheritanceSql = `
  CASE WHEN r.relispartition THEN (SELECT ${parentName} ${parents}) END AS "partitionOf",
  CASE WHEN r.relispartition THEN pg_catalog.pg_get_expr(r.relpartbound, 0) END AS "partitionBound",
  CASE WHEN r.relispartition OR r.relid NOT IN (SELECT h.inhrelid FROM pg_catalog.pg_inherits h) THEN ARRAY[]::pg_catalog.text[]
    ELSE ARRAY(SELECT ${parentName} ${parents} ORDER BY i.inhseqno) END AS inherits`;
