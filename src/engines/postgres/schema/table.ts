import { identifier } from '../quoting.ts';
import type { SchemaObject } from '../../schema.ts';
import { commentJoin, grantsOf, objectId, ownerOf } from './catalog.ts';
import type { Kind } from './kind.ts';
import { setOptions, withOptions } from './options.ts';
import { alterInheritance, clause } from './relation-alter.ts';
import { attachment, createRelation } from './relation-create.ts';
import { columnsSql, inheritanceSql } from './relation-sql.ts';
import { type Address, dress, qualified, redress, text } from './statements.ts';
import { alterTableState, marksOfHandedDown, tableState } from './table-state.ts';

const address = (object: SchemaObject): Address => ({ word: 'TABLE', name: qualified(object) });

/** The index of a table that is marked so; NULL where there is none. */
const markedIndex = (mark: string): string =>
  `(SELECT c.relname FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class c ON c.oid = x.indexrelid WHERE x.indrelid = r.relid AND x.${mark})`;

/** Tables, partitioned tables and partitions; `columns` are all of them in their order. */
export const table: Kind = {
  types: ['table'],
  usual: {
    persistence: 'permanent',
    accessMethod: 'heap',
    partitionKey: null,
    partitionOf: null,
    partitionBound: null,
    inherits: [],
    options: [],
    rowSecurity: false,
    forceRowSecurity: false,
    replicaIdentity: 'default',
    clusterOn: null,
    tablespace: null,
    ofType: null,
    columns: undefined,
    owner: undefined,
    grants: [],
    comment: null,
  },
  sql: () => `
    SELECT ${objectId('pg_class', 'r.relid')} AS id, 'table' AS type, r.nspname AS schema, NULL AS "table", r.relname AS name,
      CASE r.relpersistence WHEN 'u' THEN 'unlogged' ELSE 'permanent' END AS persistence,
      m.amname AS "accessMethod",
      CASE WHEN r.relkind = 'p' THEN pg_catalog.pg_get_partkeydef(r.relid) END AS "partitionKey", ${inheritanceSql},
      CASE WHEN r.reloptions IS NULL AND t.reloptions IS NULL THEN ARRAY[]::pg_catalog.text[]
        ELSE ARRAY(SELECT o.option COLLATE "C" FROM (
          SELECT pg_catalog.unnest(r.reloptions) AS option UNION ALL SELECT 'toast.' || pg_catalog.unnest(t.reloptions)) o ORDER BY 1) END AS options,
      r.relrowsecurity AS "rowSecurity", r.relforcerowsecurity AS "forceRowSecurity",
      CASE r.relreplident WHEN 'd' THEN 'default' WHEN 'n' THEN 'nothing' WHEN 'f' THEN 'full'
        ELSE coalesce('index ' || pg_catalog.quote_ident(${markedIndex('indisreplident')}), 'nothing') END AS "replicaIdentity",
      CASE WHEN r.relid IN (SELECT x.indrelid FROM pg_catalog.pg_index x WHERE x.indisclustered) THEN ${markedIndex('indisclustered')} END AS "clusterOn",
      CASE WHEN r.reltablespace <> 0 THEN (SELECT s.spcname FROM pg_catalog.pg_tablespace s WHERE s.oid = r.reltablespace) END AS tablespace,
      CASE WHEN r.reloftype <> 0 THEN pg_catalog.format_type(r.reloftype, NULL) END AS "ofType",
      ${columnsSql} AS columns,
      ${ownerOf('r.relowner')} AS owner, ${grantsOf('r.relacl', 'r', 'r.relowner')} AS grants,
      spoken.description AS comment
    FROM rel r LEFT JOIN pg_catalog.pg_am m ON m.oid = r.relam
      LEFT JOIN pg_catalog.pg_class t ON t.oid = r.reltoastrelid AND t.reloptions IS NOT NULL
      ${commentJoin('pg_class', 'r.relid')}
    WHERE r.relkind IN ('r', 'p')`,
  create: (object, context) => {
    const words = text(object, 'persistence') === 'unlogged' ? 'UNLOGGED TABLE' : 'TABLE';
    const method = text(object, 'accessMethod') === 'heap' ? '' : methodClause(object);
    const space = text(object, 'tablespace');
    return [
      [
        createRelation(words, object, context),
        clause(object, 'partitionKey', 'PARTITION BY'),
        method,
        withOptions(object),
        space === null ? '' : ` TABLESPACE ${identifier(space)}`,
      ].join(''),
      ...attachment(object, context),
      ...tableState(object),
      ...dress(object, address(object)),
    ];
  },
  finish: (object, context) => marksOfHandedDown(object, context),
  tighten: ({ expected, attributes }, context) => marksOfHandedDown(expected, context, attributes),
  drop: (object) => [`DROP TABLE ${qualified(object)}`],
  alter: (change, context) => {
    const { expected, actual, attributes } = change;
    if (attributes.has('partitionKey')) return null;
    return [
      ...alterInheritance(change, context),
      ...setOptions('TABLE', expected, actual),
      ...alterTableState(change, context),
      ...redress(expected, actual, attributes, address(expected)),
    ];
  },
  note: ({ attributes }) => {
    if (attributes.has('partitionKey')) return 'The table is made anew: its rows are lost.';
    return ['persistence', 'accessMethod', 'tablespace'].some((name) => attributes.has(name))
      ? 'The table is written anew under an ACCESS EXCLUSIVE lock.'
      : null;
  },
  dropNote: () => 'The rows of the table are lost.',
};

function methodClause(object: SchemaObject): string {
  const method = text(object, 'accessMethod');
  return method === null ? '' : ` USING ${identifier(method)}`;
}
