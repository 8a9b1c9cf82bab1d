import { literal } from '../quoting.ts';
import type { SchemaObject } from '../../schema.ts';
import { entriesOf, entriesWithout, namesWithout } from './entries.ts';
import { typeName } from './names.ts';
import { type Address, list, setGrants, text } from './statements.ts';

/**
 * SQL for what is said of the columns of a view: lists, in the order of the columns for
 * `columnTypes`, sorted for the others. `relation` is the alias of a row of `rel`.
 */
export function viewColumns(relation: string): string {
  const of = `a.attrelid = ${relation}.relid AND a.attnum > 0 AND NOT a.attisdropped`;
  const name = 'pg_catalog.quote_ident(a.attname)';
  return `
    ARRAY(SELECT ${name} || ' ' || ${typeName('a.atttypid', 'a.atttypmod')} FROM pg_catalog.pg_attribute a
      WHERE ${of} ORDER BY a.attnum) AS "columnTypes",
    ARRAY(SELECT (x.privilege_type || ' (' || ${name} || ') TO '
        || CASE WHEN x.grantee = 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantee)) END
        || CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) COLLATE "C"
      FROM pg_catalog.pg_attribute a CROSS JOIN LATERAL pg_catalog.aclexplode(a.attacl) x
      WHERE ${of} AND a.attacl IS NOT NULL AND x.grantee <> ${relation}.relowner ORDER BY 1) AS "columnGrants",
    ARRAY(SELECT (${name} || ': ' || d.description) COLLATE "C"
      FROM pg_catalog.pg_description d JOIN pg_catalog.pg_attribute a ON a.attrelid = d.objoid AND a.attnum = d.objsubid
      WHERE d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objoid = ${relation}.relid AND ${of} ORDER BY 1) AS "columnComments"`;
}

/** Statements that lead from one object's grants on and comments of columns to another's. */
export function dressColumns(
  expected: SchemaObject,
  actual: SchemaObject | null,
  address: Address,
): string[] {
  const listsOf = (name: string): [string[], string[]] => [
    actual ? [...list(actual, name)] : [],
    [...list(expected, name)],
  ];
  const [grantsThere, grants] = listsOf('columnGrants');
  return [
    ...setGrants(address, grantsThere, grants, text(expected, 'owner')),
    ...commentColumns(address, ...listsOf('columnComments')),
  ];
}

/** `COMMENT ON COLUMN` for lists of `name: comment`. */
export function commentColumns(
  { name: relation }: Address,
  there: readonly string[],
  wanted: readonly string[],
): string[] {
  const [from, to] = [entriesOf(there), entriesOf(wanted)];
  return [
    ...namesWithout(from, to).map((name) => `COMMENT ON COLUMN ${relation}.${name} IS NULL`),
    ...entriesWithout(to, from).map(
      ({ name, value }) => `COMMENT ON COLUMN ${relation}.${name} IS ${literal(value)}`,
    ),
  ];
}
