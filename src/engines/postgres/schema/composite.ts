import { commentOf, grantsOf, notOfExtension, objectId, ownerOf } from './catalog.ts';
import type { Kind } from './kind.ts';
import { collationName, typeName } from './names.ts';
import type { SchemaObject } from '../../schema.ts';
import { dressPublic } from './public-grants.ts';
import { list, qualified, redress } from './statements.ts';
import { typeAddress } from './type-address.ts';
import { commentColumns } from './view-columns.ts';

const column = 'pg_catalog.quote_ident(a.attname)';

/** Composite types; `fields` in their order, as CREATE TYPE has them. */
export const compositeType: Kind = {
  types: ['composite type'],
  sql: () => `
    SELECT ${objectId('pg_type', 'r.reltype')} AS id, 'composite type' AS type, r.nspname AS schema, NULL AS "table", r.relname AS name,
      ARRAY(SELECT ${column} || ' ' || ${typeName('a.atttypid', 'a.atttypmod')}
          || CASE WHEN a.attcollation <> t.typcollation THEN ' COLLATE ' || ${collationName('a.attcollation')} ELSE '' END
        FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
        WHERE a.attrelid = r.relid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum) AS fields,
      ARRAY(SELECT (${column} || ': ' || d.description) COLLATE "C"
        FROM pg_catalog.pg_description d JOIN pg_catalog.pg_attribute a ON a.attrelid = d.objoid AND a.attnum = d.objsubid
        WHERE d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objoid = r.relid AND a.attnum > 0 ORDER BY 1) AS "columnComments",
      ${ownerOf('y.typowner')} AS owner, ${grantsOf('y.typacl', 'T', 'y.typowner')} AS grants,
      ${commentOf('pg_type', 'r.reltype')} AS comment
    FROM rel r JOIN pg_catalog.pg_type y ON y.oid = r.reltype WHERE r.relkind = 'c' AND ${notOfExtension('pg_type', 'y.oid')}`,
  create: (object) => [
    `CREATE TYPE ${qualified(object)} AS (${list(object, 'fields').join(', ')})`,
    ...dressPublic(object, typeAddress(object), 'USAGE'),
    ...commentColumns(typeAddress(object), [], list(object, 'columnComments')),
  ],
  drop: (object) => [`DROP TYPE ${qualified(object)}`],
  alter: ({ expected, actual, attributes }) => [
    ...alterFields(expected, actual),
    ...redress(expected, actual, attributes, typeAddress(expected)),
    // What is said of a field goes with it.
    ...commentColumns(
      typeAddress(expected),
      lostFields(expected, actual).length > 0 ? [] : list(actual, 'columnComments'),
      list(expected, 'columnComments'),
    ),
  ],
  note: ({ expected, actual, attributes }) =>
    attributes.has('fields') && lostFields(expected, actual).length > 0
      ? `What columns of this type hold in ${lostFields(expected, actual).join(', ')} is lost.`
      : null,
};

/** Fields cannot be put between others: from the first that is out of place they are made anew. */
function lostFields(expected: SchemaObject, actual: SchemaObject): readonly string[] {
  const wanted = list(expected, 'fields').map(fieldName);
  const there = list(actual, 'fields').map(fieldName);
  const kept = there.filter((name) => wanted.includes(name));
  const misplaced = kept.findIndex((name, index) => name !== wanted[index]);
  const made = new Set(misplaced === -1 ? [] : kept.slice(misplaced));
  return there.filter((name) => !wanted.includes(name) || made.has(name));
}

function alterFields(expected: SchemaObject, actual: SchemaObject): string[] {
  const lost = new Set(lostFields(expected, actual));
  const kept = new Map(
    list(actual, 'fields')
      .filter((field) => !lost.has(fieldName(field)))
      .map((field) => [fieldName(field), field]),
  );
  const actions = [
    ...[...lost].map((name) => `DROP ATTRIBUTE ${name}`),
    ...list(expected, 'fields').flatMap((field) => {
      const name = fieldName(field);
      const before = kept.get(name);
      if (before === undefined) return [`ADD ATTRIBUTE ${field}`];
      if (before === field) return [];
      return [`ALTER ATTRIBUTE ${name} TYPE ${field.slice(name.length + 1)}`];
    }),
  ];
  return actions.length === 0 ? [] : [`ALTER TYPE ${qualified(expected)} ${actions.join(', ')}`];
}

function fieldName(field: string): string {
  return /^(?:"(?:[^"]|"")*"|[^ ]+)/.exec(field)?.[0] ?? field;
}
