import { withCommonTables } from './catalog.ts';
import { dependenciesSql } from './dependencies.ts';
import type { SchemaValue } from '../../schema.ts';
import { type Kind, kindName, type There } from './kind.ts';
import { kinds } from './kinds.ts';
import { partDependenciesSql, typesWithParts } from './part-dependencies.ts';

/**
 * The whole schema as one statement: a row for each kind, its objects as JSON, and some for what
 * needs what, as lines. One statement sees the catalog as it was at one moment.
 */
export function schemaSql(major: number, there: There): string {
  return withCommonTables(queries(major, there).join('\nUNION ALL\n'));
}

/** The same as a statement for each row, for a transaction that sees one moment throughout. */
export function schemaStatements(major: number, there: There): string[] {
  return queries(major, there).map(withCommonTables);
}

function queries(major: number, there: There): string[] {
  const wanted = kinds.filter((kind) => there(kindName(kind)));
  const parts = wanted.some((kind) => kind.types.some((type) => typesWithParts.has(type)));
  return [
    `SELECT 'depends' AS kind, (${dependenciesSql}) AS rows`,
    ...(parts ? [`SELECT 'depends' AS kind, (${partDependenciesSql}) AS rows`] : []),
    ...wanted.map((kind) => rowsAsJson(kind, major, there)),
  ];
}

function rowsAsJson(kind: Kind, major: number, there: There): string {
  const rows = kind.usual
    ? columnsAsJson(kind.usual)
    : 'SELECT pg_catalog.json_agg(q)::pg_catalog.text';
  return `SELECT '${kindName(kind)}' AS kind, (${rows} FROM (${kind.sql(major, there)} OFFSET 0) q) AS rows`;
}

/** An array for each column, without what is usual: JSON objects cost more than what is in them. */
function columnsAsJson(usual: NonNullable<Kind['usual']>): string {
  const attributes = attributesInSql(usual).map(({ column, unusual }) =>
    unusual === null
      ? `pg_catalog.json_agg(${column})`
      : `pg_catalog.json_object_agg(q.id, ${column}) FILTER (WHERE ${unusual})`,
  );
  const named = ['id', 'schema', 'table', 'name'].map((name) => `pg_catalog.json_agg(q."${name}")`);
  return `SELECT pg_catalog.json_build_array(${[...named, ...attributes].join(', ')})::pg_catalog.text`;
}

/** SQL for each attribute of a row `q`, and for whether it is not the usual; null: always sent. */
function attributesInSql(
  usual: NonNullable<Kind['usual']>,
): readonly { readonly column: string; readonly unusual: string | null }[] {
  return Object.entries(usual).map(([name, value]) => {
    const column = `q."${name}"`;
    return { column, unusual: value === undefined ? null : isNot(column, value) };
  });
}

function isNot(column: string, value: SchemaValue): string {
  if (value === null) return `${column} IS NOT NULL`;
  if (typeof value === 'boolean') return `${column} IS NOT ${value}`;
  if (typeof value === 'string') return `${column} IS DISTINCT FROM '${value}'`;
  return `${column} <> '{${value.map((each) => `"${each}"`).join(',')}}'`;
}
