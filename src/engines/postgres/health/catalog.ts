/** Parts of SQL that many checks share; `as` is the name that a catalog goes by in the query. */

/** The schema `as` is one that users made. */
export const userSchema = (as: string): string =>
  `${as}.nspname !~ '^pg_' AND ${as}.nspname <> 'information_schema'`;

/** No extension brought it: its own scripts look after it. */
export const ofNoExtension = (catalog: string, oid: string): string =>
  `NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = '${catalog}'::regclass AND e.objid = ${oid} AND e.deptype = 'e')`;

/**
 * For FROM: what users made of these kinds (letters of `relkind`), nothing temporary, with its
 * schema as `<as>n`.
 */
export const userRelations = (as: string, kinds: string): string =>
  `pg_class ${as} JOIN pg_namespace ${as}n ON ${as}n.oid = ${as}.relnamespace
    AND ${as}.relkind = ANY ('{${[...kinds].join()}}') AND ${as}.relpersistence <> 't'
    AND ${userSchema(`${as}n`)} AND ${ofNoExtension('pg_class', `${as}.oid`)}`;

/** The name of one of `userRelations`, as SQL has it. */
export const nameOf = (as: string): string => `format('%I.%I', ${as}n.nspname, ${as}.relname)`;

/** Rows of a table as far as is known without reading it; `s` is its pg_stat_user_tables. */
export const rowsOf = (as: string): string =>
  `greatest(${as}.reltuples, coalesce(s.n_live_tup, 0), 0)`;

/** Columns by their numbers, as SQL has them: `a, b`. */
export const columnNames = (table: string, numbers: string): string =>
  `(SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY u.place)
    FROM unnest(${numbers}) WITH ORDINALITY u (number, place)
    JOIN pg_attribute a ON a.attrelid = ${table} AND a.attnum = u.number)`;

/** The expressions of an index, or of a partial one, without the places where they were written. */
export const sameTree = (one: string, other: string): string => {
  const placeless = (tree: string): string =>
    `regexp_replace(${tree}::text, ':location -?[0-9]+', '', 'g')`;
  return `${placeless(one)} IS NOT DISTINCT FROM ${placeless(other)}`;
};
