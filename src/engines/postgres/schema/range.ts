import { identifier } from '../quoting.ts';
import { commentOf, grantsOf, notOfExtension, objectId, ownerOf } from './catalog.ts';
import type { Kind } from './kind.ts';
import { collationName, functionName, inSchema, typeName } from './names.ts';
import type { SchemaObject } from '../../schema.ts';
import { dressPublic } from './public-grants.ts';
import { onlyDress, qualified, redress, text } from './statements.ts';
import { asideName, makesRoom, swapType } from './swap-type.ts';
import { typeAddress } from './type-address.ts';

const clauses = {
  SUBTYPE: 'subtype',
  SUBTYPE_OPCLASS: 'subtypeOpclass',
  COLLATION: 'collation',
  CANONICAL: 'canonical',
  SUBTYPE_DIFF: 'subtypeDiff',
  MULTIRANGE_TYPE_NAME: 'multirange',
} as const;

/** Range types, each with its multirange. */
export const rangeType: Kind = {
  types: ['range type'],
  sql: () => `
    SELECT ${objectId('pg_type', 't.oid')} AS id, 'range type' AS type, ns.nspname AS schema, NULL AS "table", t.typname AS name,
      ${typeName('g.rngsubtype')} AS subtype,
      ${inSchema('pg_opclass', 'opcname', 'opcnamespace', 'g.rngsubopc')} AS "subtypeOpclass",
      ${collationName('g.rngcollation')} AS collation, ${functionName('g.rngcanonical')} AS canonical,
      ${functionName('g.rngsubdiff')} AS "subtypeDiff", ${typeName('g.rngmultitypid')} AS multirange,
      ${ownerOf('t.typowner')} AS owner, ${grantsOf('t.typacl', 'T', 't.typowner')} AS grants,
      ${commentOf('pg_type', 't.oid')} AS comment
    FROM pg_catalog.pg_range g JOIN pg_catalog.pg_type t ON t.oid = g.rngtypid JOIN ns ON ns.oid = t.typnamespace
    WHERE ${notOfExtension('pg_type', 't.oid')}`,
  create: (object) => [createRange(object), ...dressPublic(object, typeAddress(object), 'USAGE')],
  drop: (object) => [`DROP TYPE ${qualified(object)}`],
  alter: ({ expected, actual, attributes }) => {
    if (onlyDress(attributes)) return redress(expected, actual, attributes, typeAddress(expected));
    return [
      swapType(expected, [...setAside(actual), createRange(expected)]),
      ...dressPublic(expected, typeAddress(expected), 'USAGE'),
    ];
  },
  displaces: (dependent, { attributes }) => !onlyDress(attributes) && makesRoom(dependent),
  note: ({ attributes }) =>
    onlyDress(attributes) ? null : 'The type is made anew, and its columns are rewritten.',
};

/** The multirange and the constructors keep their names when the range is renamed. */
function setAside(actual: SchemaObject): string[] {
  const [range, multirange] = [asideName(actual.name), text(actual, 'multirange') ?? ''];
  const rangeName = qualified({ schema: actual.schema, name: range });
  const subtype = text(actual, 'subtype');
  const rename = (signature: string): string =>
    `ALTER FUNCTION ${signature} RENAME TO ${identifier(range)}`;
  return [
    rename(`${qualified(actual)}(${subtype}, ${subtype})`),
    rename(`${qualified(actual)}(${subtype}, ${subtype}, text)`),
    `ALTER TYPE ${multirange} RENAME TO ${identifier(asideName(`multi${actual.name}`))}`,
    rename(`${multirange}()`),
    rename(`${multirange}(${rangeName})`),
    rename(`${multirange}(${rangeName}[])`),
  ];
}

function createRange(object: SchemaObject): string {
  const parts = Object.entries(clauses).flatMap(([clause, name]) => {
    const value = text(object, name);
    return value === null ? [] : [`${clause} = ${value}`];
  });
  return `CREATE TYPE ${qualified(object)} AS RANGE (${parts.join(', ')})`;
}
