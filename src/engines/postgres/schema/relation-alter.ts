import { identifier } from '../quoting.ts';
import type { SchemaObject } from '../../schema.ts';
import { tableNamed } from './inheritance.ts';
import type { Change, MendContext } from './kind.ts';
import { attach } from './relation-create.ts';
import { list, qualified, text } from './statements.ts';

/** Statements for changes of `partitionOf`, `partitionBound` and `inherits`: leaves before it joins. */
export function alterInheritance(
  { expected, actual, attributes }: Change,
  context: MendContext,
): string[] {
  const moved = attributes.has('partitionOf') || attributes.has('partitionBound');
  const left = moved ? text(actual, 'partitionOf') : null;
  const { leave, join } = changedParents(list(actual, 'inherits'), list(expected, 'inherits'));
  const alter = `ALTER TABLE ${qualified(expected)}`;
  return [
    ...(left === null ? [] : [`ALTER TABLE ${left} DETACH PARTITION ${qualified(expected)}`]),
    ...leave.map((parent) => `${alter} NO INHERIT ${parent}`),
    ...leftBehind(expected, leave, context).map(
      (name) => `${alter} DROP COLUMN ${identifier(name)}`,
    ),
    ...join.map((parent) => `${alter} INHERIT ${parent}`),
    ...(moved && text(expected, 'partitionOf') !== null ? [attach(expected)] : []),
  ];
}

/** A new parent comes last: where the order will not do, all leave and join again. */
function changedParents(
  from: readonly string[],
  to: readonly string[],
): { readonly leave: readonly string[]; readonly join: readonly string[] } {
  const kept = from.filter((parent) => to.includes(parent));
  const join = to.filter((parent) => !from.includes(parent));
  if ([...kept, ...join].join('\0') !== to.join('\0')) return { leave: from, join: to };
  return { leave: from.filter((parent) => !to.includes(parent)), join };
}

/** Columns that a table keeps of parents it should never have had. */
function leftBehind(
  expected: SchemaObject,
  parents: readonly string[],
  { actual }: MendContext,
): readonly string[] {
  const wanted = new Set(list(expected, 'columns'));
  const columns = parents.flatMap((name) => {
    const parent = tableNamed(name, actual);
    return parent ? list(parent, 'columns') : [];
  });
  return [...new Set(columns)].filter((name) => !wanted.has(name));
}

/** ` name value` where the object has a value, else nothing. */
export function clause(object: SchemaObject, name: string, words: string): string {
  const value = text(object, name);
  return value === null ? '' : ` ${words} ${value}`;
}
