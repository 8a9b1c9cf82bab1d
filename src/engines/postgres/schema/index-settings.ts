import { identifier, literal } from '../quoting.ts';
import type { SchemaObject } from '../../schema.ts';
import { commentOf, objectId } from './catalog.ts';
import { dollarQuote } from './dollar-quote.ts';
import { alterIndexStorage, storedIndex, statisticsSql, tablespaceSql } from './index-storage.ts';
import { parentTable } from './inheritance.ts';
import type { Kind, MendContext, SchemaIndex } from './kind.ts';
import { optionsOf } from './options.ts';
import { flag, qualified, relationOf, setComment, text } from './statements.ts';

/** Stands for the database's own tablespace where the root has another. */
const defaultSpace = 'pg_default';

/**
 * What the index of a partition has beside its definition, which is its parent's: only where that
 * is anything. `root` is the index or constraint of the partitioned table on top; where `options` and
 * `tablespace` are null, they are the root's.
 */
export const indexSettings: Kind = {
  types: ['index settings'],
  sql: () => `
    SELECT * FROM (
      SELECT ${objectId('pg_class', 'r.relid')} AS id, 'index settings' AS type, r.nspname AS schema, t.relname AS "table", r.relname AS name,
        o.relname AS root,
        x.indisvalid AND x.indisready AND x.indislive OR r.relkind = 'I' AS valid,
        CASE WHEN ${optionsOf('r.reloptions')} <> ${optionsOf('o.reloptions')} THEN ${optionsOf('r.reloptions')} END AS options,
        CASE WHEN r.reltablespace <> o.reltablespace THEN coalesce(${tablespaceSql('r.reltablespace')}, '${defaultSpace}') END AS tablespace,
        ${statisticsSql} AS statistics,
        ${commentOf('pg_class', 'r.relid')} AS comment, ${commentOf('pg_constraint', 'c.oid')} AS "constraintComment"
      FROM rel r JOIN pg_catalog.pg_index x ON x.indexrelid = r.relid JOIN rel t ON t.relid = x.indrelid
        JOIN pg_catalog.pg_class o ON o.oid = pg_catalog.pg_partition_root(r.relid)
        LEFT JOIN pg_catalog.pg_constraint c ON c.conindid = r.relid AND c.conrelid = x.indrelid AND c.contype IN ('p', 'u', 'x')
      WHERE r.relkind IN ('i', 'I') AND r.relispartition
    ) q
    WHERE NOT q.valid OR q.options IS NOT NULL OR q.tablespace IS NOT NULL OR q.statistics <> '{}'
      OR q.comment IS NOT NULL OR q."constraintComment" IS NOT NULL`,
  create: (object, context) => {
    const isNew = isRebuilt(object, context);
    const there = isNew ? undefined : standing(object, context.actual);
    const root = rootOf(object, isNew ? context : context.actual);
    return [
      ...(isNew && !isServersChoice(object) ? [giveName(object)] : []),
      ...settings(resolved(object, context), there ?? handedDown(object, root)),
    ];
  },
  drop: (object, context) => {
    const there = resolved(object, context.actual);
    const kept = standing(object, context);
    if (kept) return settings(kept, there);
    const root = rootOf(object, context);
    return !root || isRebuilt(object, context) ? [] : settings(handedDown(object, root), there);
  },
  alter: ({ expected, actual, attributes }, context) => {
    if (attributes.has('root')) return null;
    const isNew = isRebuilt(expected, context);
    return [
      ...(isNew && !isServersChoice(expected) ? [giveName(expected)] : []),
      ...settings(
        resolved(expected, context),
        isNew ? handedDown(expected, rootOf(expected, context)) : resolved(actual, context.actual),
      ),
    ];
  },
  rename: (object, name) => `ALTER INDEX ${qualified(object)} RENAME TO ${identifier(name)}`,
  createNote: (object) =>
    flag(object, 'valid')
      ? null
      : 'No statement makes an index invalid: what is there is better than what is expected.',
};

function settings(expected: SchemaObject, actual: SchemaObject): string[] {
  const comment = text(expected, 'constraintComment');
  const constraint = `${identifier(expected.name)} ON ${relationOf(expected)}`;
  return [
    ...alterIndexStorage(expected, actual),
    ...(comment === text(actual, 'constraintComment')
      ? []
      : [setComment({ word: 'CONSTRAINT', name: constraint }, comment)]),
  ];
}

/** The index as one that belongs to no other, where its table is no partition in that schema. */
function standing(object: SchemaObject, index: SchemaIndex): SchemaObject | undefined {
  const own = index
    .partsOf({ schema: object.schema, name: object.table ?? '' })
    .find(({ type, name }) => name === object.name && (type === 'index' || type === 'constraint'));
  if (own?.type !== 'constraint') return own;
  const { comment = null, indexComment = null, ...attributes } = own.attributes;
  const said = { valid: true, comment: indexComment, constraintComment: comment };
  return { ...own, attributes: { ...attributes, ...said } };
}

/** What the index is handed down from. */
function rootOf(object: SchemaObject, index: SchemaIndex): SchemaObject | undefined {
  const parent = parentTable(object, index);
  if (!parent) return undefined;
  const found = index
    .partsOf(parent)
    .find(
      ({ type, name }) =>
        name === text(object, 'root') && (type === 'index' || type === 'constraint'),
    );
  return found ?? rootOf({ ...object, schema: parent.schema, table: parent.name }, index);
}

/** The index as its root hands it down. */
function handedDown(object: SchemaObject, root: SchemaObject | undefined): SchemaObject {
  return storedIndex({ ...object, attributes: root?.attributes ?? {} });
}

/** The index with what its root says where it says nothing. */
function resolved(object: SchemaObject, index: SchemaIndex): SchemaObject {
  const { attributes } = handedDown(object, rootOf(object, index));
  const { options, tablespace } = object.attributes;
  const own = {
    options: options ?? attributes['options'] ?? [],
    tablespace:
      tablespace === defaultSpace ? null : (tablespace ?? attributes['tablespace'] ?? null),
  };
  return { ...object, attributes: { ...object.attributes, ...own } };
}

/** Whether the server makes the index anew: with its table or its root, or for the type of a column. */
function isRebuilt(object: SchemaObject, context: MendContext): boolean {
  const root = rootOf(object, context);
  if (context.isWholeMade(object) || !root) return root !== undefined;
  const table = { schema: root.schema, name: root.table ?? '' };
  const types = ({ partsOf }: SchemaIndex): string =>
    JSON.stringify(
      partsOf(table)
        .filter(({ type }) => type === 'column')
        .map(({ name, attributes }) => [name, attributes['dataType'], attributes['collation']]),
    );
  return context.isMade(root) || types(context) !== types(context.actual);
}

/** Whether the server itself gives such a name to the index of a partition. */
function isServersChoice({ table, name }: SchemaObject): boolean {
  return table !== null && name.startsWith(`${table}_`) && /_(?:idx|key|pkey|excl)$/.test(name);
}

/** The server chose a name when it handed the index down. */
function giveName(object: SchemaObject): string {
  const name = literal(object.name);
  const block = `
DECLARE
  own pg_catalog.regclass;
BEGIN
  SELECT x.indexrelid INTO own FROM pg_catalog.pg_index x
    JOIN pg_catalog.pg_class r ON r.oid = pg_catalog.pg_partition_root(x.indexrelid)
  WHERE x.indrelid = ${literal(relationOf(object))}::pg_catalog.regclass
    AND r.oid <> x.indexrelid AND r.relname = ${literal(text(object, 'root') ?? '')};
  IF (SELECT c.relname FROM pg_catalog.pg_class c WHERE c.oid = own) <> ${name} THEN
    EXECUTE format('ALTER INDEX %s RENAME TO %I', own, ${name});
  END IF;
END
`;
  return `DO ${dollarQuote(block, 'name')}`;
}
