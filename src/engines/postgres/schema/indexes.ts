import { identifier } from '../quoting.ts';
import type { SchemaObject } from '../../schema.ts';
import { commentJoin, objectId } from './catalog.ts';
import { alterIndexStorage, storedIndex, statisticsSql, tablespaceSql } from './index-storage.ts';
import { isHandedDown, isPartition, isPartitioned } from './inheritance.ts';
import { plainKey } from './key-sql.ts';
import type { Change, Kind, MendContext } from './kind.ts';
import { withoutOptions } from './index-options.ts';
import { optionsOf, withOptions } from './options.ts';
import { flag, qualified, relationOf, text } from './statements.ts';
import { marksOfIndex } from './table-state.ts';

/** What stands before USING: it names the index and its table, which may both be renamed. */
const head = `'CREATE ' || CASE WHEN x.indisunique THEN 'UNIQUE ' ELSE '' END || 'INDEX ' || pg_catalog.quote_ident(r.relname)
  || ' ON ' || CASE WHEN r.relkind = 'I' THEN 'ONLY ' ELSE '' END || pg_catalog.quote_ident(t.nspname) || '.' || pg_catalog.quote_ident(t.relname) || ' '`;

/**
 * Indexes that are no constraint's, of tables and materialised views. One of a partition that
 * belongs to its parent's is not here, save for its settings. `statistics` are targets of columns
 * by number.
 */
export const index: Kind = {
  types: ['index'],
  usual: {
    unique: false,
    definition: undefined,
    predicate: null,
    valid: true,
    options: [],
    tablespace: null,
    statistics: [],
    comment: null,
  },
  sql: (major) => `
    SELECT q.id, 'index' AS type, q.schema, q."table", q.name, q."unique",
      pg_catalog.left(q.whole, pg_catalog.length(q.whole) - coalesce(pg_catalog.length(' WHERE ' || q.predicate), 0)) AS definition,
      q.predicate, q.valid, q.options, q.tablespace, q.statistics, q.comment
    FROM (
      SELECT ${objectId('pg_class', 'r.relid')} AS id, r.nspname AS schema, t.relname AS "table", r.relname AS name,
        x.indisunique AS "unique",
        coalesce(${plainKey(major)},
          pg_catalog.substr(${withoutOptions('pg_catalog.pg_get_indexdef(r.relid)', 'r.reloptions')}, pg_catalog.length(${head}) + 1)) AS whole,
        pg_catalog.pg_get_expr(x.indpred, x.indrelid) AS predicate,
        x.indisvalid AND x.indisready AND x.indislive AS valid,
        ${optionsOf('r.reloptions')} AS options,
        ${tablespaceSql('r.reltablespace')} AS tablespace,
        ${statisticsSql} AS statistics,
        spoken.description AS comment
      FROM rel r JOIN pg_catalog.pg_index x ON x.indexrelid = r.relid JOIN rel t ON t.relid = x.indrelid
        ${commentJoin('pg_class', 'r.relid')}
      WHERE r.relkind IN ('i', 'I') AND NOT r.relispartition AND r.relid NOT IN (
        SELECT c.conindid FROM pg_catalog.pg_constraint c WHERE c.contype IN ('p', 'u', 'x'))
    ) q`,
  create: (object, context) => {
    if (comesBack(object, context)) return [];
    return [
      createIndex(object),
      ...alterIndexStorage(object, storedIndex(object)),
      ...marksOfIndex(object, context),
    ];
  },
  drop: (object, context) =>
    !isHandedDown(object, context.actual) && isHandedDown(object, context)
      ? []
      : [`DROP INDEX ${qualified(object)}`],
  alter: (change, context) => {
    const { expected, actual, attributes } = change;
    if (['unique', 'definition', 'predicate'].some((name) => attributes.has(name))) return null;
    // REINDEX makes no index of a partition that has none, and what ALTER does is not handed down.
    if (isPartitioned(expected, context) && isStorage(attributes)) return null;
    return alterIndexStorage(expected, actual);
  },
  rename: (object, name) => `ALTER INDEX ${qualified(object)} RENAME TO ${identifier(name)}`,
  note: noteOn,
};

function isStorage(attributes: ReadonlySet<string>): boolean {
  return ['valid', 'options', 'tablespace'].some((name) => attributes.has(name));
}

function noteOn({ expected, attributes }: Change): string | null {
  if (!attributes.has('valid')) return null;
  return flag(expected, 'valid')
    ? 'Writers wait while the index is built; REINDEX INDEX CONCURRENTLY, outside a transaction, lets them work.'
    : 'No statement makes an index invalid: what is there is better than what is expected.';
}

function createIndex(object: SchemaObject): string {
  const space = text(object, 'tablespace');
  const predicate = text(object, 'predicate');
  return [
    `CREATE ${flag(object, 'unique') ? 'UNIQUE ' : ''}INDEX ${identifier(object.name)} ON ${relationOf(object)} ${text(object, 'definition')}`,
    withOptions(object),
    space === null ? '' : ` TABLESPACE ${identifier(space)}`,
    predicate === null ? '' : ` WHERE ${predicate}`,
  ].join('');
}

/** Of a partition that will stand alone again: what its parent had made stays with it. */
function comesBack(object: SchemaObject, context: MendContext): boolean {
  return (
    !context.isWholeMade(object) &&
    isHandedDown(object, context.actual) &&
    !isPartition(object, context)
  );
}
