import type { PostgresSession } from '../session.ts';
import { ownMark } from './source.ts';

/** A table that a plan reads. */
export interface TableFacts {
  /** As SQL has it, with its schema. */
  readonly sql: string;
  readonly schema: string;
  readonly name: string;
  /** As the planner knows it; -1: nobody has ever counted. */
  readonly rows: number;
  /** Live rows as the server has counted changes. */
  readonly liveRows: number;
  readonly bytes: number;
  readonly changedSinceAnalyze: number;
  /** It has more pages than when its rows were counted. */
  readonly grown: boolean;
  readonly partition: boolean;
  /** Each column as SQL has it, by its name. */
  readonly columns: Readonly<Record<string, string>>;
  /** Of each index that is valid and not partial, the names of its first columns; an expression ends them, so that an index that begins with one has none. */
  readonly indexes: readonly (readonly string[])[];
}

interface FactsRow extends Omit<TableFacts, 'columns' | 'indexes'> {
  /** JSON. */
  readonly columns: string;
  /** JSON. */
  readonly indexes: string | null;
}

const factsSql = `
SELECT ${ownMark} format('%I.%I', n.nspname, c.relname) AS sql, n.nspname::text AS schema, c.relname::text AS name,
  c.reltuples::float8 AS rows, coalesce(s.n_live_tup, 0)::float8 AS "liveRows",
  c.relpages * current_setting('block_size')::float8 AS bytes,
  coalesce(s.n_mod_since_analyze, 0)::float8 AS "changedSinceAnalyze",
  pg_relation_size(c.oid) > c.relpages * current_setting('block_size')::float8 * 1.05 AS grown,
  c.relispartition AS partition,
  (SELECT json_object_agg(attname, quote_ident(attname))::text FROM pg_attribute
    WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS columns,
  (SELECT json_agg((
      SELECT coalesce(json_agg(a.attname ORDER BY k.at), '[]')
      FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(number, at)
      LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number
      WHERE k.at <= i.indnkeyatts))::text
    FROM pg_index i WHERE i.indrelid = c.oid AND i.indisvalid AND i.indpred IS NULL) AS indexes
FROM json_to_recordset($1::json) AS wanted(schema text, name text)
JOIN pg_namespace n ON n.nspname = wanted.schema
JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = wanted.name
LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid`;

export interface TableKey {
  readonly schema: string;
  readonly name: string;
}

/**
 * What is known of tables, from catalogs alone. Asked in the transaction that holds the locks of
 * the plan, so that it waits for nobody.
 */
export async function tableFacts(
  { client }: PostgresSession,
  tables: readonly TableKey[],
): Promise<readonly TableFacts[]> {
  const { rows } = await client.query<FactsRow>(factsSql, [JSON.stringify(tables)]);
  return rows.map((row) => ({
    ...row,
    columns: JSON.parse(row.columns) as Record<string, string>,
    indexes: (JSON.parse(row.indexes ?? '[]') as (string | null)[][]).map((names) => {
      const end = names.indexOf(null);
      return names.slice(0, end < 0 ? names.length : end).map(String);
    }),
  }));
}
