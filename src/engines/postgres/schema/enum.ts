import { literal } from '../quoting.ts';
import { commentOf, grantsOf, notOfExtension, objectId, ownerOf } from './catalog.ts';
import { makesRoom, swapType } from './swap-type.ts';
import type { Kind } from './kind.ts';
import type { SchemaObject } from '../../schema.ts';
import { dressPublic } from './public-grants.ts';
import { list, qualified, redress } from './statements.ts';
import { typeAddress } from './type-address.ts';

/** Enumerated types; `labels` in their order. */
export const enumType: Kind = {
  types: ['enum'],
  sql: () => `
    SELECT ${objectId('pg_type', 't.oid')} AS id, 'enum' AS type, ns.nspname AS schema, NULL AS "table", t.typname AS name,
      ARRAY(SELECT e.enumlabel::text FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder) AS labels,
      ${ownerOf('t.typowner')} AS owner, ${grantsOf('t.typacl', 'T', 't.typowner')} AS grants,
      ${commentOf('pg_type', 't.oid')} AS comment
    FROM pg_catalog.pg_type t JOIN ns ON ns.oid = t.typnamespace
    WHERE t.typtype = 'e' AND ${notOfExtension('pg_type', 't.oid')}`,
  create: (object) => [createEnum(object), ...dressPublic(object, typeAddress(object), 'USAGE')],
  drop: (object) => [`DROP TYPE ${qualified(object)}`],
  alter: ({ expected, actual, attributes }) => {
    const [wanted, there] = [list(expected, 'labels'), list(actual, 'labels')];
    const relabelled = relabel(qualified(expected), wanted, there);
    if (relabelled === null) {
      const dressed = dressPublic(expected, typeAddress(expected), 'USAGE');
      return [swapType(expected, [createEnum(expected)]), ...dressed];
    }
    return [...relabelled, ...redress(expected, actual, attributes, typeAddress(expected))];
  },
  displaces: (dependent, { expected, actual }) =>
    relabel('', list(expected, 'labels'), list(actual, 'labels')) === null && makesRoom(dependent),
  note: ({ expected, actual, attributes }) =>
    attributes.has('labels') ? noteOf(list(expected, 'labels'), list(actual, 'labels')) : null,
};

function createEnum(object: SchemaObject): string {
  return `CREATE TYPE ${qualified(object)} AS ENUM (${list(object, 'labels').map(literal).join(', ')})`;
}

/** Statements that lead from one list of labels to the other; null: there are none. */
function relabel(
  type: string,
  wanted: readonly string[],
  there: readonly string[],
): string[] | null {
  const renamed = renamedLabel(wanted, there);
  if (renamed) {
    const [before, after] = renamed.map(literal);
    return [`ALTER TYPE ${type} RENAME VALUE ${before} TO ${after}`];
  }
  const present = new Set(there);
  const kept = wanted.filter((label) => present.has(label));
  if (kept.join('\0') !== there.join('\0')) return null;
  return wanted.flatMap((label, index) => {
    if (present.has(label)) return [];
    const next = wanted.slice(index + 1).find((other) => present.has(other));
    const place = next === undefined ? '' : ` BEFORE ${literal(next)}`;
    return [`ALTER TYPE ${type} ADD VALUE ${literal(label)}${place}`];
  });
}

/** The one label that has another name in the same place. */
function renamedLabel(
  wanted: readonly string[],
  there: readonly string[],
): readonly [string, string] | null {
  if (wanted.length !== there.length) return null;
  const [at, ...others] = wanted.flatMap((label, index) => (label === there[index] ? [] : [index]));
  if (at === undefined || others.length > 0) return null;
  const [after = '', before = ''] = [wanted[at], there[at]];
  return wanted.includes(before) ? null : [before, after];
}

function noteOf(wanted: readonly string[], there: readonly string[]): string {
  if (renamedLabel(wanted, there))
    return 'One label has another name in the same place; rows that have it will have the expected one.';
  if (relabel('', wanted, there) === null)
    return 'A label cannot be removed or moved: the type is made anew, and its columns are rewritten. It fails where a row has a label that is gone.';
  return 'A new label can be used once the transaction that adds it is committed.';
}
