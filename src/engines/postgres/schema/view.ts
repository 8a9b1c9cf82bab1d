import { commentOf, grantsOf, objectId, ownerOf } from './catalog.ts';
import { entriesOf, entriesWithout, namesWithout } from './entries.ts';
import type { Kind } from './kind.ts';
import { optionsOf, setOptions, withOptions } from './options.ts';
import type { SchemaObject } from '../../schema.ts';
import { type Address, dress, list, qualified, redress, text } from './statements.ts';
import { dressColumns, viewColumns } from './view-columns.ts';

const address = (object: SchemaObject): Address => ({
  word: 'VIEW',
  name: qualified(object),
  grantWord: 'TABLE',
});

/** Views; `options` hold `security_invoker`, `security_barrier` and `check_option`. */
export const view: Kind = {
  types: ['view'],
  sql: () => `
    SELECT ${objectId('pg_class', 'r.relid')} AS id, 'view' AS type, r.nspname AS schema, NULL AS "table", r.relname AS name,
      ${viewDefinition('r.relid')} AS definition, ${optionsOf('r.reloptions')} AS options, ${viewColumns('r')},
      ARRAY(SELECT (pg_catalog.quote_ident(a.attname) || ': ' || pg_catalog.pg_get_expr(d.adbin, 0)) COLLATE "C"
        FROM pg_catalog.pg_attrdef d JOIN pg_catalog.pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
        WHERE d.adrelid = r.relid ORDER BY 1) AS "columnDefaults",
      ${ownerOf('r.relowner')} AS owner, ${grantsOf('r.relacl', 'r', 'r.relowner')} AS grants,
      ${commentOf('pg_class', 'r.relid')} AS comment
    FROM rel r WHERE r.relkind = 'v'`,
  create: (object) => [
    createView(object, 'CREATE'),
    ...setDefaults(object, null),
    ...dress(object, address(object)),
    ...dressColumns(object, null, address(object)),
  ],
  drop: (object) => [`DROP VIEW ${qualified(object)}`],
  alter: ({ expected, actual, attributes }) => {
    const rewritten = attributes.has('definition') || attributes.has('columnTypes');
    if (rewritten && !continues(list(expected, 'columnTypes'), list(actual, 'columnTypes')))
      return null;
    const view = address(expected);
    return [
      ...(rewritten
        ? [createView(expected, 'CREATE OR REPLACE')]
        : setOptions('VIEW', expected, actual)),
      ...setDefaults(expected, actual),
      ...redress(expected, actual, attributes, view),
      ...dressColumns(expected, actual, view),
    ];
  },
};

/** SQL for the query of a view, without its semicolon. */
export function viewDefinition(oid: string): string {
  return `pg_catalog.rtrim(pg_catalog.btrim(pg_catalog.pg_get_viewdef(${oid})), ';')`;
}

function createView(object: SchemaObject, how: 'CREATE' | 'CREATE OR REPLACE'): string {
  return `${how} VIEW ${qualified(object)}${withOptions(object)} AS\n${text(object, 'definition')}`;
}

/** CREATE OR REPLACE VIEW can only add columns at the end. */
function continues(wanted: readonly string[], there: readonly string[]): boolean {
  return there.every((column, index) => column === wanted[index]);
}

function setDefaults(expected: SchemaObject, actual: SchemaObject | null): string[] {
  const from = entriesOf(actual ? list(actual, 'columnDefaults') : []);
  const to = entriesOf(list(expected, 'columnDefaults'));
  const alter = `ALTER VIEW ${qualified(expected)} ALTER COLUMN`;
  return [
    ...namesWithout(from, to).map((name) => `${alter} ${name} DROP DEFAULT`),
    ...entriesWithout(to, from).map(({ name, value }) => `${alter} ${name} SET DEFAULT ${value}`),
  ];
}
