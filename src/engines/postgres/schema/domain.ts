import { commentOf, grantsOf, notOfExtension, objectId, ownerOf } from './catalog.ts';
import { entriesOf, entriesWithout, type Entry, entryOf } from './entries.ts';
import type { Kind } from './kind.ts';
import { collationName, typeName } from './names.ts';
import type { SchemaObject } from '../../schema.ts';
import { dressPublic } from './public-grants.ts';
import { flag, list, qualified, redress, text } from './statements.ts';
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
      ${ownerOf('t.typowner')} AS owner, ${grantsOf('t.typacl', 'T', 't.typowner')} AS grants,
      ${commentOf('pg_type', 't.oid')} AS comment
    FROM pg_catalog.pg_type t JOIN ns ON ns.oid = t.typnamespace JOIN pg_catalog.pg_type base ON base.oid = t.typbasetype
    WHERE t.typtype = 'd' AND ${notOfExtension('pg_type', 't.oid')}`,
  create: (object) => [
    ...createDomain(object),
    ...dressPublic(object, typeAddress(object), 'USAGE'),
  ],
  drop: (object) => [`DROP DOMAIN ${qualified(object)}`],
  alter: ({ expected, actual, attributes }) => {
    if (attributes.has('baseType') || attributes.has('collation'))
      return [
        swapType(expected, createDomain(expected)),
        ...dressPublic(expected, typeAddress(expected), 'USAGE'),
      ];
    const alter = `ALTER DOMAIN ${qualified(expected)}`;
    const value = text(expected, 'default');
    return [
      ...(attributes.has('default')
        ? [`${alter} ${value === null ? 'DROP DEFAULT' : `SET DEFAULT ${value}`}`]
        : []),
      ...(attributes.has('notNull')
        ? [`${alter} ${flag(expected, 'notNull') ? 'SET' : 'DROP'} NOT NULL`]
        : []),
      ...alterConstraints(alter, list(expected, 'constraints'), list(actual, 'constraints')),
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
  const constraints = list(object, 'constraints').map(entryOf);
  const later = constraints.filter(isNotValid);
  return [
    [
      `CREATE DOMAIN ${qualified(object)} AS ${text(object, 'baseType')}`,
      ...(collation === null ? [] : [`COLLATE ${collation}`]),
      ...(value === null ? [] : [`DEFAULT ${value}`]),
      ...(flag(object, 'notNull') ? ['NOT NULL'] : []),
      ...constraints.filter((entry) => !isNotValid(entry)).map(clause),
    ].join(' '),
    ...later.map((entry) => `ALTER DOMAIN ${qualified(object)} ADD ${clause(entry)}`),
  ];
}

function alterConstraints(
  alter: string,
  wanted: readonly string[],
  there: readonly string[],
): string[] {
  const [to, from] = [entriesOf(wanted), entriesOf(there)];
  const validated = entriesWithout(to, from).filter(({ name, value }) =>
    there.includes(`${name}: ${value} NOT VALID`),
  );
  const kept = new Set(validated.map(({ name }) => name));
  const others = (entries: readonly Entry[]): readonly Entry[] =>
    entries.filter(({ name }) => !kept.has(name));
  return [
    ...validated.map(({ name }) => `${alter} VALIDATE CONSTRAINT ${name}`),
    ...others(entriesWithout(from, to)).map(({ name }) => `${alter} DROP CONSTRAINT ${name}`),
    ...others(entriesWithout(to, from)).map((entry) => `${alter} ADD ${clause(entry)}`),
  ];
}

function isNotValid({ value }: Entry): boolean {
  return value.endsWith(' NOT VALID');
}

function clause({ name, value }: Entry): string {
  return `CONSTRAINT ${name} ${value}`;
}
