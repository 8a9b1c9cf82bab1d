import { identifier } from '../quoting.ts';
import type { SchemaObject } from '../../schema.ts';
import { commentJoin, commentOf, objectId } from './catalog.ts';
import { alterIndexStorage, storedIndex, statisticsSql, tablespaceSql } from './index-storage.ts';
import { isHandedDown, isPartition, isPartitioned } from './inheritance.ts';
import { constraintDefinition, constraintJoins } from './key-sql.ts';
import type { Kind, MendContext } from './kind.ts';
import { optionsOf, withOptions } from './options.ts';
import { flag, relationOf, setComment, text } from './statements.ts';
import { marksOfIndex } from './table-state.ts';

/**
 * Constraints of tables, with `options`, `tablespace`, `statistics` and `indexComment` of their indexes;
 * one that is handed down
 * is its parent's alone. A plain NOT NULL is its column's.
 */
export const constraint: Kind = {
  types: ['constraint'],
  usual: {
    kind: undefined,
    definition: undefined,
    validated: true,
    enforced: true,
    options: [],
    tablespace: null,
    statistics: [],
    indexComment: null,
    comment: null,
  },
  sql: (major) => `
    SELECT ${objectId('pg_constraint', 'c.oid')} AS id, 'constraint' AS type, r.nspname AS schema, r.relname AS "table", c.conname AS name,
      CASE c.contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique' WHEN 'c' THEN 'check' WHEN 'f' THEN 'foreign key'
        WHEN 'x' THEN 'exclude' ELSE 'not null' END AS kind,
      ${constraintDefinition(major)} AS definition,
      (c.convalidated OR ${enforced(major)} = false) AND coalesce(x.indisvalid, true) AS validated, ${enforced(major)} AS enforced,
      ${optionsOf('i.reloptions')} AS options,
      ${tablespaceSql('i.reltablespace')} AS tablespace, ${statisticsSql} AS statistics,
      ${commentOf('pg_class', 'i.oid')} AS "indexComment",
      spoken.description AS comment
    FROM rel r JOIN pg_catalog.pg_constraint c ON c.conrelid = r.relid
      LEFT JOIN pg_catalog.pg_class i ON c.contype IN ('p', 'u', 'x') AND i.oid = c.conindid
      LEFT JOIN pg_catalog.pg_index x ON x.indexrelid = i.oid${constraintJoins}
      ${commentJoin('pg_constraint', 'c.oid')}
    WHERE c.coninhcount = 0 AND c.conparentid = 0
      AND (c.contype IN ('p', 'u', 'c', 'f', 'x') OR c.contype = 'n' AND (NOT c.convalidated OR c.connoinherit))`,
  create: (object, context) => {
    if (comesBack(object, context)) return [];
    return [
      addConstraint(object),
      ...alterIndexStorage(indexOf(object), storedIndex(object)),
      ...marksOfIndex(object, context),
      ...(text(object, 'comment') === null ? [] : [commentOn(object)]),
    ];
  },
  drop: (object, context) => (goesHome(object, context) ? [] : [dropConstraint(object)]),
  dropsFirst: (object) => text(object, 'kind') === 'foreign key',
  alter: ({ expected, actual, attributes }, context) => {
    if (['kind', 'definition'].some((name) => attributes.has(name))) return null;
    const isStored = attributes.has('options') || attributes.has('tablespace');
    // What ALTER does to an index is not handed down.
    if (isStored && isPartitioned(expected, context)) return null;
    if (attributes.has('enforced')) return alterEnforced(expected);
    if (attributes.has('validated') && !flag(expected, 'validated')) return null;
    return [
      ...(attributes.has('validated')
        ? [`ALTER TABLE ${relationOf(expected)} VALIDATE CONSTRAINT ${identifier(expected.name)}`]
        : []),
      ...alterIndexStorage(indexOf(expected), indexOf(actual)),
      ...(attributes.has('comment') ? [commentOn(expected)] : []),
    ];
  },
  rename: (object, name) =>
    `ALTER TABLE ${relationOf(object)} RENAME CONSTRAINT ${identifier(object.name)} TO ${identifier(name)}`,
  note: ({ expected, attributes }) =>
    attributes.has('validated') && flag(expected, 'validated')
      ? 'Reads the whole table, and fails where a row breaks the constraint.'
      : null,
};

function enforced(major: number): string {
  return major < 18 ? 'true' : 'c.conenforced';
}

/** What the constraint says of its index, as an index says it. */
function indexOf({ attributes, ...object }: SchemaObject): SchemaObject {
  const { options = [], tablespace = null, statistics = [], indexComment = null } = attributes;
  return {
    ...object,
    attributes: { valid: true, options, tablespace, statistics, comment: indexComment },
  };
}

function addConstraint(object: SchemaObject): string {
  const definition = text(object, 'definition') ?? '';
  const space = text(object, 'tablespace');
  const state = flag(object, 'enforced')
    ? flag(object, 'validated')
      ? ''
      : ' NOT VALID'
    : ' NOT ENFORCED';
  const storage = `${withOptions(object)}${space === null ? '' : ` USING INDEX TABLESPACE ${identifier(space)}`}`;
  return `ALTER TABLE ${relationOf(object)} ADD CONSTRAINT ${identifier(object.name)} ${withStorage(definition, storage)}${state}`;
}

/** The index's storage stands before the WHERE of an exclusion and before DEFERRABLE. */
function withStorage(definition: string, storage: string): string {
  if (storage === '') return definition;
  const tail = /( WHERE \(.*\))?( DEFERRABLE( INITIALLY DEFERRED)?)?$/s.exec(definition);
  const at = tail?.index ?? definition.length;
  return `${definition.slice(0, at)}${storage}${definition.slice(at)}`;
}

/** Only a foreign key can be enforced, or not, as it stands; a check is made anew. */
function alterEnforced(expected: SchemaObject): string[] | null {
  if (text(expected, 'kind') !== 'foreign key') return null;
  return [
    `ALTER TABLE ${relationOf(expected)} ALTER CONSTRAINT ${identifier(expected.name)} ${flag(expected, 'enforced') ? 'ENFORCED' : 'NOT ENFORCED'}`,
  ];
}

function dropConstraint(object: SchemaObject): string {
  return `ALTER TABLE ${relationOf(object)} DROP CONSTRAINT ${identifier(object.name)}`;
}

function commentOn(object: SchemaObject): string {
  const name = `${identifier(object.name)} ON ${relationOf(object)}`;
  return setComment({ word: 'CONSTRAINT', name }, text(object, 'comment'));
}

/** Of a table that will be a partition or child again: the parent takes its own up, then. */
function goesHome(object: SchemaObject, context: MendContext): boolean {
  return !isHandedDown(object, context.actual) && isHandedDown(object, context);
}

/** Of a table that will stand alone again: what the parent handed down stays with it. */
function comesBack(object: SchemaObject, context: MendContext): boolean {
  return (
    !context.isWholeMade(object) &&
    isHandedDown(object, context.actual) &&
    !isPartition(object, context)
  );
}
