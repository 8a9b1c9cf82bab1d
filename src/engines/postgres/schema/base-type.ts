import { literal } from '../quoting.ts';
import { keyOf, type SchemaObject } from '../../schema.ts';
import { isOfBaseType } from './base-type-functions.ts';
import { routine } from './function.ts';
import { commentOf, grantsOf, notOfExtension, objectId, ownerOf } from './catalog.ts';
import type { Change, Kind, MendContext } from './kind.ts';
import { definedBy, definitionOf } from './made-anew.ts';
import { functionName, typeName } from './names.ts';
import { dressPublic } from './public-grants.ts';
import { list, onlyDress, qualified, redress } from './statements.ts';
import { asideName, makesRoom, swapType } from './swap-type.ts';
import { typeAddress } from './type-address.ts';

const word = (column: string, words: Readonly<Record<string, string>>): string =>
  `CASE ${column} ${Object.entries(words)
    .map(([letter, name]) => `WHEN '${letter}' THEN '${name}'`)
    .join(' ')} END`;

const definition = definitionOf({
  INPUT: functionName('t.typinput'),
  OUTPUT: functionName('t.typoutput'),
  RECEIVE: functionName('t.typreceive'),
  SEND: functionName('t.typsend'),
  TYPMOD_IN: functionName('t.typmodin'),
  TYPMOD_OUT: functionName('t.typmodout'),
  ANALYZE: functionName('t.typanalyze'),
  SUBSCRIPT: functionName('t.typsubscript'),
  INTERNALLENGTH: `CASE WHEN t.typlen = -1 THEN 'VARIABLE' ELSE t.typlen::text END`,
  PASSEDBYVALUE: `CASE WHEN t.typbyval THEN 'true' END`,
  ALIGNMENT: word('t.typalign', { c: 'char', s: 'int2', i: 'int4', d: 'double' }),
  STORAGE: word('t.typstorage', { p: 'plain', e: 'external', m: 'main', x: 'extended' }),
  CATEGORY: 'pg_catalog.quote_literal(t.typcategory::text)',
  PREFERRED: `CASE WHEN t.typispreferred THEN 'true' END`,
  DEFAULT: 'pg_catalog.quote_literal(t.typdefault)',
  ELEMENT: `CASE WHEN t.typelem <> 0 THEN ${typeName('t.typelem')} END`,
  DELIMITER: 'pg_catalog.quote_literal(t.typdelim::text)',
  COLLATABLE: `CASE WHEN t.typcollation <> 0 THEN 'true' END`,
});

/** What ALTER TYPE … SET can change. */
const settable = /^(?:RECEIVE|SEND|TYPMOD_IN|TYPMOD_OUT|ANALYZE|SUBSCRIPT|STORAGE)$/;

/** Types made of functions in C, and those that are only named: their `definition` is empty. */
export const baseType: Kind = {
  types: ['base type'],
  sql: () => `
    SELECT ${objectId('pg_type', 't.oid')} AS id, 'base type' AS type, ns.nspname AS schema, NULL AS "table", t.typname AS name,
      CASE WHEN t.typisdefined THEN ${definition} ELSE '{}' END AS definition,
      CASE WHEN t.typisdefined THEN ${ownerOf('t.typowner')} END AS owner, ${grantsOf('t.typacl', 'T', 't.typowner')} AS grants,
      ${commentOf('pg_type', 't.oid')} AS comment
    FROM pg_catalog.pg_type t JOIN ns ON ns.oid = t.typnamespace
    WHERE (t.typtype = 'b' OR t.typtype = 'p' AND NOT t.typisdefined)
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.typarray = t.oid) AND ${notOfExtension('pg_type', 't.oid')}`,
  // Its functions speak of it, and it of them.
  prepare: (object) => [shell(object)],
  create: (object) => [...full(object), ...dressPublic(object, typeAddress(object), 'USAGE')],
  drop: (object) => [`DROP TYPE ${qualified(object)}${isShell(object) ? '' : ' CASCADE'}`],
  alter: (change, context) => {
    const { expected, actual, attributes } = change;
    if (isShell(actual))
      return [...full(expected), ...dressPublic(expected, typeAddress(expected), 'USAGE')];
    if (isSwapped(change))
      return [
        swapType(expected, remade(expected, context), 'CASCADE'),
        ...dressPublic(expected, typeAddress(expected), 'USAGE'),
      ];
    const changed = changedKeys(change).map(
      (key) => `${key} = ${valuesOf(expected).get(key) ?? 'NONE'}`,
    );
    return [
      ...(changed.length === 0
        ? []
        : [`ALTER TYPE ${qualified(expected)} SET (${changed.join(', ')})`]),
      ...redress(expected, actual, attributes, typeAddress(expected)),
    ];
  },
  displaces: (dependent, change) =>
    isSwapped(change) &&
    (makesRoom(dependent) || ['domain', 'range type'].includes(dependent.type)) &&
    !change.actual.dependsOn.includes(keyOf(dependent)),
  note: (change) =>
    isSwapped(change)
      ? 'The type and its functions are made anew, and its columns are rewritten.'
      : null,
};

function isShell(object: SchemaObject): boolean {
  return list(object, 'definition').length === 0;
}

function shell(object: SchemaObject): string {
  return `CREATE TYPE ${qualified(object)}`;
}

function full(object: SchemaObject): string[] {
  return isShell(object) ? [] : [definedBy(shell(object), object)];
}

function isSwapped(change: Change): boolean {
  if (onlyDress(change.attributes) || isShell(change.actual)) return false;
  return changedKeys(change).some((key) => !settable.test(key));
}

function changedKeys({ expected, actual }: Change): readonly string[] {
  const [to, from] = [valuesOf(expected), valuesOf(actual)];
  return [...new Set([...to.keys(), ...from.keys()])].filter(
    (key) => to.get(key) !== from.get(key),
  );
}

function valuesOf(object: SchemaObject): ReadonlyMap<string, string> {
  return new Map(
    list(object, 'definition').map((entry): [string, string] => {
      const at = entry.indexOf(' = ');
      return [entry.slice(0, at), entry.slice(at + 3)];
    }),
  );
}

/** The type beside the old one, whose functions keep neither its name nor theirs. */
function remade(object: SchemaObject, context: MendContext): string[] {
  const depends = (who: string, what: string): string =>
    `d.classid = 'pg_catalog.${who}'::pg_catalog.regclass AND d.refclassid = 'pg_catalog.${what}'::pg_catalog.regclass`;
  const functions = object.dependsOn.flatMap((key) => {
    const [type, schema, , name] = JSON.parse(key) as [string, string, string | null, string];
    const one = type === 'function' ? context.find(type, schema, name) : undefined;
    return one && isOfBaseType(one, context) ? routine.create(one, context) : [];
  });
  return [
    `FOR change IN SELECT format('ALTER FUNCTION %s RENAME TO %I', p.oid::pg_catalog.regprocedure, left(p.proname, 50) || ${literal(asideName(''))})
    FROM pg_catalog.pg_proc p WHERE p.oid IN (SELECT d.refobjid FROM pg_catalog.pg_depend d WHERE ${depends('pg_type', 'pg_proc')} AND d.objid = old)
      AND p.oid IN (SELECT d.objid FROM pg_catalog.pg_depend d WHERE ${depends('pg_proc', 'pg_type')} AND d.refobjid = old) LOOP
    EXECUTE change;
  END LOOP`,
    shell(object),
    ...functions,
    ...full(object),
  ];
}
