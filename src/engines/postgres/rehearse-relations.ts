import type { PostgresSession } from './session.ts';

/** A relation as it was before anything was done. */
export interface Relation {
  readonly oid: number;
  /** `schema.name`. */
  readonly name: string;
  /** As in `pg_class.relkind`: `r` a table, `i` an index, `t` a TOAST table … */
  readonly kind: string;
  /** Number of the file that it is stored in; 0: it has none. */
  readonly file: number;
  /** Times it was read from end to end that the server still counts for this transaction. */
  readonly scans: number;
  /** What an index or a TOAST table belongs to. */
  readonly table: number | null;
}

// Below this number are the system's own. Source: FirstNormalObjectId in access/transam.h.
export const firstOfUsers = 16384;

const sql = `
SELECT c.oid, pg_catalog.concat(n.nspname, '.', c.relname) AS name, c.relkind::pg_catalog.text AS kind,
  c.relfilenode AS file, pg_catalog.pg_stat_get_xact_numscans(c.oid)::pg_catalog.int4 AS scans,
  coalesce(i.indrelid, t.oid) AS table
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
LEFT JOIN pg_catalog.pg_index i ON i.indexrelid OPERATOR(pg_catalog.=) c.oid
LEFT JOIN pg_catalog.pg_class t ON t.reltoastrelid OPERATOR(pg_catalog.=) c.oid
  AND c.relkind OPERATOR(pg_catalog.=) 't'
WHERE c.oid OPERATOR(pg_catalog.>=) ${firstOfUsers}::pg_catalog.oid`;

/** The users' relations that are there, by their numbers: whoever is dropped is still known. */
export async function readRelations({
  client,
  failure,
}: PostgresSession): Promise<ReadonlyMap<number, Relation>> {
  const { rows } = await client.query<Relation>(sql).catch((error: unknown) => {
    throw failure(error);
  });
  return new Map(rows.map((row) => [row.oid, row]));
}
