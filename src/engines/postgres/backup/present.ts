import { arrayOf } from '../scratch/prepare.ts';
import type { PostgresSession } from '../session.ts';
import { parseTableName } from '../table-name.ts';

const sql = `
SELECT format('table %I.%I (%s)', n.nspname, c.relname,
    pg_size_pretty(c.relpages * current_setting('block_size')::bigint)) AS what
FROM unnest($1::text[], $2::text[]) w(schema, name)
JOIN pg_class c ON c.relname = w.name AND c.relkind IN ('r', 'p', 'f')
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = coalesce(w.schema, n.nspname)
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY 1`;

/** Those of the tables a user named that are there, for the reader. */
export async function presentTables(
  session: PostgresSession,
  tables: readonly string[],
): Promise<readonly string[]> {
  const names = tables.map(parseTableName);
  const schemas = arrayOfNullable(names.map(({ schema }) => schema));
  const rows = await session.query(sql, [schemas, arrayOf(names.map(({ table }) => table))]);
  return rows.map((row) => String(row['what']));
}

function arrayOfNullable(texts: readonly (string | null)[]): string {
  return `{${texts.map((text) => (text === null ? 'NULL' : arrayOf([text]).slice(1, -1))).join(',')}}`;
}
