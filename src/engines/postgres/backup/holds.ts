import { someUserObjects } from '../scratch/user-objects.ts';
import type { PostgresSession } from '../session.ts';

const relationsSql = `
SELECT count(*) FILTER (WHERE relkind IN ('r', 'p'))::int AS tables,
  count(*) FILTER (WHERE relkind = 'v')::int AS views,
  count(*) FILTER (WHERE relkind = 'm')::int AS "materialized views",
  count(*) FILTER (WHERE relkind = 'f')::int AS "foreign tables",
  (SELECT count(*)::int FROM pg_largeobject_metadata) AS "large objects",
  pg_size_pretty(pg_database_size(current_database())) AS size
FROM pg_class c WHERE c.oid >= 16384 AND c.relpersistence <> 't'
  AND NOT EXISTS (SELECT FROM pg_depend e
    WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')`;

const kinds = ['tables', 'views', 'materialized views', 'foreign tables', 'large objects'] as const;

/** What a user has made in a database, for the reader; null where that is nothing. */
export async function holdingsOf(session: PostgresSession): Promise<string | null> {
  const some = await someUserObjects(session);
  if (some.length === 0) return null;
  const [row] = await session.query(relationsSql);
  const counts = kinds.map((kind) => ({ kind, count: Number(row?.[kind] ?? 0) }));
  const told = counts
    .filter(({ count }) => count > 0)
    .map(({ kind, count }) => (count === 1 ? `1 ${kind.slice(0, -1)}` : `${count} ${kind}`));
  const more = some.length > 3 ? ' …' : '';
  if (told.length === 0) return `${some.slice(0, 3).join(', ')}${more}`;
  return `${told.join(', ')} (${String(row?.['size'])})`;
}
