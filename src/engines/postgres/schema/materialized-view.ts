import { identifier } from '../quoting.ts';
import { commentOf, grantsOf, objectId, ownerOf } from './catalog.ts';
import type { Kind } from './kind.ts';
import { optionsOf, setOptions, withOptions } from './options.ts';
import type { SchemaObject } from '../../schema.ts';
import { type Address, dress, flag, qualified, redress, text } from './statements.ts';
import { dressColumns, viewColumns } from './view-columns.ts';
import { viewDefinition } from './view.ts';

const address = (object: SchemaObject): Address => ({
  word: 'MATERIALIZED VIEW',
  name: qualified(object),
  grantWord: 'TABLE',
});

/** Materialized views; `populated` is false where there is nothing to be read. */
export const materializedView: Kind = {
  types: ['materialized view'],
  sql: () => `
    SELECT ${objectId('pg_class', 'r.relid')} AS id, 'materialized view' AS type, r.nspname AS schema, NULL AS "table", r.relname AS name,
      ${viewDefinition('r.relid')} AS definition, ${optionsOf('r.reloptions')} AS options, ${viewColumns('r')},
      r.relispopulated AS populated,
      (SELECT m.amname FROM pg_catalog.pg_am m WHERE m.oid = r.relam) AS "accessMethod",
      (SELECT s.spcname FROM pg_catalog.pg_tablespace s WHERE s.oid = r.reltablespace) AS tablespace,
      ${ownerOf('r.relowner')} AS owner, ${grantsOf('r.relacl', 'r', 'r.relowner')} AS grants,
      ${commentOf('pg_class', 'r.relid')} AS comment
    FROM rel r WHERE r.relkind = 'm'`,
  create: (object) => [
    createMaterializedView(object),
    ...dress(object, address(object)),
    ...dressColumns(object, null, address(object)),
  ],
  // Its query may call functions that read what is not there yet.
  finish: (object) => (flag(object, 'populated') ? [refresh(object)] : []),
  drop: (object) => [`DROP MATERIALIZED VIEW ${qualified(object)}`],
  alter: ({ expected, actual, attributes }, { major }) => {
    if (attributes.has('definition') || attributes.has('columnTypes')) return null;
    if (attributes.has('accessMethod') && major < 15) return null;
    const { word, name } = address(expected);
    const alter = `ALTER ${word} ${name}`;
    return [
      ...(attributes.has('accessMethod')
        ? [`${alter} SET ACCESS METHOD ${identifier(text(expected, 'accessMethod') ?? 'heap')}`]
        : []),
      ...(attributes.has('tablespace')
        ? [`${alter} SET TABLESPACE ${identifier(text(expected, 'tablespace') ?? 'pg_default')}`]
        : []),
      ...setOptions(word, expected, actual),
      ...redress(expected, actual, attributes, address(expected)),
      ...dressColumns(expected, actual, address(expected)),
      ...(attributes.has('populated') ? [refresh(expected)] : []),
    ];
  },
  note: ({ expected, attributes }) =>
    attributes.has('populated') && !flag(expected, 'populated')
      ? 'It will be empty, and cannot be read until it is refreshed.'
      : null,
};

function createMaterializedView(object: SchemaObject): string {
  const accessMethod = text(object, 'accessMethod') ?? 'heap';
  const tablespace = text(object, 'tablespace');
  return [
    `CREATE MATERIALIZED VIEW ${qualified(object)}`,
    accessMethod === 'heap' ? '' : ` USING ${identifier(accessMethod)}`,
    withOptions(object),
    tablespace === null ? '' : ` TABLESPACE ${identifier(tablespace)}`,
    ` AS\n${text(object, 'definition')}\nWITH NO DATA`,
  ].join('');
}

function refresh(object: SchemaObject): string {
  const how = flag(object, 'populated') ? '' : ' WITH NO DATA';
  return `REFRESH MATERIALIZED VIEW ${qualified(object)}${how}`;
}
