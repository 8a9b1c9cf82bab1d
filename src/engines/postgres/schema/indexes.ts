import { identifier } from '../quoting.ts';
import type { SchemaObject } from '../../schema.ts';
import { commentJoin, objectId } from './catalog.ts';
import { entriesOf, entriesWithout, namesWithout } from './entries.ts';
import { isHandedDown, isPartition } from './inheritance.ts';
import { plainKey } from './key-sql.ts';
import type { Change, Kind, MendContext } from './kind.ts';
import { withoutOptions } from './index-options.ts';
import { optionsOf, setOptions, withOptions } from './options.ts';
import { flag, list, qualified, relationOf, setComment, text } from './statements.ts';
import { marksOfIndex } from './table-state.ts';

/** What stands before USING: it names the index and its table, which may both be renamed. */
const head = `'CREATE ' || CASE WHEN x.indisunique THEN 'UNIQUE ' ELSE '' END || 'INDEX ' || pg_catalog.quote_ident(r.relname)
  || ' ON ' || CASE WHEN r.relkind = 'I' THEN 'ONLY ' ELSE '' END || pg_catalog.quote_ident(t.nspname) || '.' || pg_catalog.quote_ident(t.relname) || ' '`;

const statisticsSql = `ARRAY(SELECT a.attnum || ': ' || a.attstattarget FROM pg_catalog.pg_attribute a
  WHERE a.attrelid = r.relid AND a.attstattarget >= 0 ORDER BY a.attnum)`;

/**
 * Indexes that are no constraint's, of tables and materialised views. One of a partition that
 * belongs to its parent's is not here. `statistics` are targets of columns by number.
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
        CASE WHEN r.reltablespace <> 0 THEN (SELECT s.spcname FROM pg_catalog.pg_tablespace s WHERE s.oid = r.reltablespace) END AS tablespace,
        CASE WHEN x.indexprs IS NULL THEN ARRAY[]::pg_catalog.text[] ELSE ${statisticsSql} END AS statistics,
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
      ...setStatistics(object, null),
      ...marksOfIndex(object, context),
      ...(text(object, 'comment') === null ? [] : [commentOn(object)]),
    ];
  },
  drop: (object, context) =>
    !isHandedDown(object, context.actual) && isHandedDown(object, context)
      ? []
      : [`DROP INDEX ${qualified(object)}`],
  alter: (change, context) => {
    const { expected, actual, attributes } = change;
    if (['unique', 'definition', 'predicate'].some((name) => attributes.has(name))) return null;
    // REINDEX does not make those of partitions that are not there.
    if (attributes.has('valid') && isPartitioned(expected, context)) return null;
    return [
      ...(attributes.has('valid') && flag(expected, 'valid')
        ? [`REINDEX INDEX ${qualified(expected)}`]
        : []),
      ...setOptions('INDEX', expected, actual),
      ...(attributes.has('tablespace')
        ? [
            `ALTER INDEX ${qualified(expected)} SET TABLESPACE ${identifier(text(expected, 'tablespace') ?? 'pg_default')}`,
          ]
        : []),
      ...setStatistics(expected, actual),
      ...(attributes.has('comment') ? [commentOn(expected)] : []),
    ];
  },
  rename: (object, name) => `ALTER INDEX ${qualified(object)} RENAME TO ${identifier(name)}`,
  note: noteOn,
};

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

function setStatistics(expected: SchemaObject, actual: SchemaObject | null): string[] {
  const from = entriesOf(actual ? list(actual, 'statistics') : []);
  const to = entriesOf(list(expected, 'statistics'));
  const alter = `ALTER INDEX ${qualified(expected)} ALTER COLUMN`;
  return [
    ...namesWithout(from, to).map((column) => `${alter} ${column} SET STATISTICS -1`),
    ...entriesWithout(to, from).map(
      ({ name, value }) => `${alter} ${name} SET STATISTICS ${value}`,
    ),
  ];
}

function isPartitioned({ schema, table }: SchemaObject, { find }: MendContext): boolean {
  const whole = find('table', schema, table ?? '');
  return whole !== undefined && text(whole, 'partitionKey') !== null;
}

function commentOn(object: SchemaObject): string {
  return setComment({ word: 'INDEX', name: qualified(object) }, text(object, 'comment'));
}

/** Of a partition that will stand alone again: what its parent had made stays with it. */
function comesBack(object: SchemaObject, context: MendContext): boolean {
  return (
    !context.isWholeMade(object) &&
    isHandedDown(object, context.actual) &&
    !isPartition(object, context)
  );
}
