/** Bytes of a large object that are read at once. */
const chunk = 1024 * 1024;
/** INV_READ. */
const toRead = 0x40000;

/**
 * A SELECT as `fingerprintSql`'s over all large objects: their numbers, sizes and bytes, read by
 * the functions that everybody may use who may read the objects themselves. How an object is cut
 * into pages, and the holes in it, do not matter.
 */
export const largeObjectsSql = `
SELECT count(DISTINCT oid)::text AS rows, coalesce(sum(h), 0)::text AS a, coalesce(sum(hash_record_extended(ROW(bytes), h)), 0)::text AS b
FROM (
  SELECT o.oid, bytes, hash_record_extended(ROW(bytes), hashint4extended(at, o.size # hashoidextended(o.oid, 2))) AS h
  FROM (
    SELECT f.oid, lo_lseek64(f.fd, 0, 2) AS size, lo_close(f.fd) AS closed
    FROM (SELECT m.oid, lo_open(m.oid, ${toRead}) AS fd FROM pg_largeobject_metadata m OFFSET 0) f OFFSET 0
  ) o
  CROSS JOIN LATERAL generate_series(0, (greatest(o.size - 1, 0) / ${chunk})::int4) at
  CROSS JOIN LATERAL (SELECT lo_get(o.oid, at::int8 * ${chunk}, ${chunk}) AS bytes OFFSET 0) part
  WHERE o.closed = 0
  OFFSET 0
) q`;
