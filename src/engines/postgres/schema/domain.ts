import { commentOf, grantsOf, notOfExtension, objectId, ownerOf } from './catalog.ts';
import {
  alterConstraints,
  alterNotNull,
  commentConstraints,
  createdChecks,
  laterChecks,
  notNull,
} from './domain-constraints.ts';
import type { Kind } from './kind.ts';
import { collationName, typeName } from './names.ts';
import type { SchemaObject } from '../../schema.ts';
import { dressPublic } from './public-grants.ts';
import { flag, qualified, redress, text } from './statements.ts';
import { makesRoom, swapType } from './swap-type.ts';
import { typeAddress } from './type-address.ts';

/** Domains; `collation` is null where it is that of the base type. */
export const domain: Kind = {
  types: ['domain'],
  sql: () => `
    SELECT ${objectId('pg_type', 't.oid')} AS id, 'domain' AS type, ns.nspname AS schema, NULL AS "table", t.typname AS name,
      ${typeName('t.typbasetype', 't.typtypmod')} AS "baseType", pg_catalog.pg_get_expr(t.typdefaultbin, 0) AS "default",
      t.typnotnull AS "notNull",
      CASE WHEN t.typcollation <> base.typcollation THEN ${collationName('t.typcollation')} END AS collation,
      ARRAY(SELECT (pg_catalog.quote_ident(c.conname) || ': ' || pg_catalog.pg_get_constraintdef(c.oid)) COLLATE "C"
        FROM pg_catalog.pg_constraint c WHERE c.contypid = t.oid AND c.contype = 'c' ORDER BY 1) AS constraints,
      ARRAY(SELECT (pg_catalog.quote_ident(c.conname) || ': ' || d.description) COLLATE "C"
        FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_description d
          ON d.classoid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND d.objoid = c.oid
        WHERE c.contypid = t.oid ORDER BY 1) AS "constraintComments",
      ${ownerOf('t.typowner')} AS owner, ${grantsOf('t.typacl', 'T', 't.typowner')} AS grants,
      ${commentOf('pg_type', 't.oid')} AS comment
    FROM pg_catalog.pg_type t JOIN ns ON ns.oid = t.typnamespace JOIN pg_catalog.pg_type base ON base.oid = t.typbasetype
    WHERE t.typtype = 'd' AND ${notOfExtension('pg_type', 't.oid')}`,
  create: (object) => [
    ...createDomain(object),
    ...dressPublic(object, typeAddress(object), 'USAGE'),
    ...commentConstraints(object, []),
  ],
  drop: (object) => [`DROP DOMAIN ${qualified(object)}`],
  alter: ({ expected, actual, attributes }) => {
    if (attributes.has('baseType') || attributes.has('collation'))
      return [
        swapType(expected, createDomain(expected)),
        ...dressPublic(expected, typeAddress(expected), 'USAGE'),
        ...commentConstraints(expected, []),
      ];
    const value = text(expected, 'default');
    return [
      ...(attributes.has('default')
        ? [
            `ALTER DOMAIN ${qualified(expected)} ${value === null ? 'DROP DEFAULT' : `SET DEFAULT ${value}`}`,
          ]
        : []),
      ...(attributes.has('notNull') ? [alterNotNull(expected, flag(expected, 'notNull'))] : []),
      ...alterConstraints(expected, actual),
      ...redress(expected, actual, attributes, typeAddress(expected)),
    ];
  },
  displaces: (dependent, { attributes }) =>
    (attributes.has('baseType') || attributes.has('collation')) && makesRoom(dependent),
  note: ({ attributes }) =>
    attributes.has('baseType') || attributes.has('collation')
      ? 'The domain is made anew, and its columns are rewritten. It fails where a value does not fit.'
      : null,
};

function createDomain(object: SchemaObject): string[] {
  const [collation, value] = [text(object, 'collation'), text(object, 'default')];
  return [
    [
      `CREATE DOMAIN ${qualified(object)} AS ${text(object, 'baseType')}`,
      ...(collation === null ? [] : [`COLLATE ${collation}`]),
      ...(value === null ? [] : [`DEFAULT ${value}`]),
      ...(flag(object, 'notNull') ? [notNull(object)] : []),
      ...createdChecks(object),
    ].join(' '),
    ...laterChecks(object),
  ];
}
