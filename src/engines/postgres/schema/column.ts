import { identifier } from '../quoting.ts';
import type { SchemaObject } from '../../schema.ts';
import { alterColumnDefinition, alterColumnStorage } from './column-alter.ts';
import { columnDefinition } from './column-definition.ts';
import { setColumnGrants } from './column-grants.ts';
import { inheritedColumnsSql, localColumnsSql } from './column-sql.ts';
import { changedFdwOptions } from './fdw-options.ts';
import { dressIdentity } from './identity.ts';
import { handedDown, parentsColumn, resolved } from './inheritance.ts';
import type { Change, Kind, MendContext, SchemaIndex } from './kind.ts';
import { changedOptions } from './options.ts';
import { flag, list, relationOf, setComment, text } from './statements.ts';

/**
 * Columns of tables and foreign tables. One that is `inherited` is here only where it differs from
 * its parent's, and null then means: as the parent's.
 */
export const column: Kind = {
  types: ['column'],
  usual: {
    inherited: false,
    dataType: undefined,
    collation: null,
    notNull: undefined,
    default: null,
    generated: null,
    expression: null,
    identity: null,
    identitySequence: null,
    identityOptions: null,
    identityGrants: [],
    identityComment: null,
    storage: null,
    statistics: null,
    compression: null,
    options: [],
    fdwOptions: [],
    grants: [],
    comment: null,
  },
  sql: (major, there) =>
    there('inheritance')
      ? `SELECT * FROM (${localColumnsSql(major)}) l UNION ALL SELECT * FROM (${inheritedColumnsSql(major)}) i`
      : localColumnsSql(major),
  create: (object, context) => {
    if (flag(object, 'inherited')) return alterColumn(fromParent(object, context), context) ?? [];
    if (context.isWholeMade(object)) return details(object, bare(object), context);
    if (isHandedDown(object, context.actual)) return [];
    return [
      `ALTER TABLE ${relationOf(object)} ADD COLUMN ${columnDefinition(object)}`,
      ...details(object, bare(object), context),
    ];
  },
  drop: (object, context) => {
    if (flag(object, 'inherited')) return alterColumn(toParent(object, context), context) ?? [];
    if (isHandedDown(object, context)) return [];
    return [`ALTER TABLE ${relationOf(object)} DROP COLUMN ${identifier(object.name)}`];
  },
  alter: (change, context) => alterColumn(change, context),
  displaces: (dependent, { attributes }) =>
    (attributes.has('dataType') || attributes.has('collation')) && !followsType(dependent),
  note: ({ attributes, expected, actual }) => {
    if (attributes.has('dataType'))
      return 'A new type may need the table to be written anew, and fails where a value does not fit.';
    if (attributes.has('generated') && text(expected, 'generated') !== text(actual, 'generated'))
      return 'The column is dropped and added: what it holds is lost or computed anew.';
    return null;
  },
  createNote: (object, context) =>
    flag(object, 'notNull') && !context.isWholeMade(object) && !hasValue(object)
      ? 'Fails where the table has rows: the column is NOT NULL and has no default.'
      : null,
  dropNote: (object) => (flag(object, 'inherited') ? null : 'What the column holds is lost.'),
};

/** Indexes, constraints and statistics follow a new type by themselves, without their targets. */
function followsType(dependent: SchemaObject): boolean {
  const { type } = dependent;
  if (type === 'index') return list(dependent, 'statistics').length === 0;
  if (type === 'statistics') return text(dependent, 'statistics') === null;
  return type === 'constraint' || type === 'sequence' || type === 'table';
}

function alterColumn(change: Change, context: MendContext): string[] | null {
  const { actual, attributes } = change;
  const { major } = context;
  // The parent's own statements mend what is handed down, or not any more.
  if (attributes.has('inherited')) return [];
  const expected = flag(change.expected, 'inherited')
    ? resolved(change.expected, parentsColumn(change.expected, context))
    : change.expected;
  const definition = alterColumnDefinition({ ...change, expected }, major);
  // A new type brings its own storage.
  const retyped = attributes.has('dataType') || attributes.has('collation');
  const left = retyped
    ? { ...actual, attributes: { ...actual.attributes, storage: null, compression: null } }
    : actual;
  return definition && [...definition, ...details(expected, left, context)];
}

/** Statements for what CREATE TABLE does not say of a column. */
function details(expected: SchemaObject, actual: SchemaObject, context: MendContext): string[] {
  const [relation, name] = [relationOf(expected), identifier(expected.name)];
  const changed = new Set(
    Object.keys(expected.attributes).filter(
      (name) =>
        JSON.stringify(expected.attributes[name]) !== JSON.stringify(actual.attributes[name]),
    ),
  );
  const comment = { word: 'COLUMN', name: `${relation}.${name}` };
  return [
    ...alterColumnStorage(expected, changed, context.major),
    ...changedOptions(list(actual, 'options'), list(expected, 'options')).map(
      (action) => `ALTER TABLE ${relation} ALTER COLUMN ${name} ${action}`,
    ),
    ...(changed.has('fdwOptions')
      ? [
          `ALTER FOREIGN TABLE ${relation} ALTER COLUMN ${name} ${changedFdwOptions(list(actual, 'fdwOptions'), list(expected, 'fdwOptions'))}`,
        ]
      : []),
    ...setColumnGrants(expected, list(actual, 'grants')),
    ...dressIdentity(expected, actual, context),
    ...(changed.has('comment') ? [setComment(comment, text(expected, 'comment'))] : []),
  ];
}

/** The column as CREATE TABLE or ADD COLUMN leaves it. */
function bare(object: SchemaObject): SchemaObject {
  const plain = {
    ...{ storage: null, compression: null, statistics: null, comment: null },
    ...{ options: [], grants: [], identityGrants: [], identityComment: null },
  };
  return { ...object, attributes: { ...object.attributes, ...plain } };
}

/** From the column as its parent hands it down to what it is to be. */
function fromParent(object: SchemaObject, context: MendContext): Change {
  const actual = handedDown(object, parentsColumn(object, context));
  return { expected: object, actual, attributes: overridden(object) };
}

function toParent(object: SchemaObject, context: MendContext): Change {
  const expected = handedDown(object, parentsColumn(object, context));
  return { expected, actual: object, attributes: overridden(object) };
}

function overridden(object: SchemaObject): ReadonlySet<string> {
  const names = ['notNull', 'default', 'expression', 'storage', 'statistics'];
  return new Set(names.filter((name) => (object.attributes[name] ?? null) !== null));
}

/** Whether the table has the column in that schema as one that is handed down. */
function isHandedDown({ schema, table, name }: SchemaObject, index: SchemaIndex): boolean {
  const whole =
    index.find('table', schema, table ?? '') ?? index.find('foreign table', schema, table ?? '');
  if (whole === undefined || !list(whole, 'columns').includes(name)) return false;
  return !index
    .partsOf(whole)
    .some((part) => part.type === 'column' && part.name === name && !flag(part, 'inherited'));
}

function hasValue(object: SchemaObject): boolean {
  return ['default', 'generated', 'identity'].some((name) => text(object, name) !== null);
}
