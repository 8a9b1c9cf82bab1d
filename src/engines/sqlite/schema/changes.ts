import { keyOf, type Schema, type SchemaDifference, type SchemaObject } from '../../schema.ts';
import { afterRenames, type Rename } from './renames.ts';
import type { Change } from './work.ts';

/** What is left to do behind the renames, and what these did. */
export interface Outlook {
  /** The objects that are there by then. */
  readonly there: readonly SchemaObject[];
  readonly changes: readonly Change[];
  readonly done: readonly SchemaDifference[];
}

export function outlookOf(
  expected: Schema,
  actual: Schema,
  differences: readonly SchemaDifference[],
  renames: readonly Rename[],
): Outlook {
  if (renames.length === 0)
    return { there: actual.objects, changes: differences.map(asChange), done: [] };
  const moved = afterRenames(actual, renames);
  const there = new Map(moved.map(({ is }) => [keyOf(is), is]));
  const newKeys = new Map(moved.map(({ was, is }) => [keyOf(was), keyOf(is)]));
  const wanted = new Set(expected.objects.map(keyOf));
  const [changes, done]: [Change[], SchemaDifference[]] = [[], []];
  for (const difference of differences) {
    const left = behind(difference, there, newKeys, wanted);
    if (left) changes.push(left);
    else done.push(difference);
  }
  return { there: [...there.values()], changes, done };
}

function asChange(difference: SchemaDifference): Change {
  const object = (difference.expected ?? difference.actual) as SchemaObject;
  return { difference, change: difference.change, object };
}

/** Null: the renames mended it, or another difference's mending does. */
function behind(
  difference: SchemaDifference,
  there: ReadonlyMap<string, SchemaObject>,
  newKeys: ReadonlyMap<string, string>,
  wanted: ReadonlySet<string>,
): Change | null {
  const { expected, actual } = difference;
  if (expected) {
    const other = there.get(keyOf(expected));
    if (!other) return { difference, change: 'missing', object: expected };
    return same(expected, other) ? null : { difference, change: 'changed', object: expected };
  }
  const key = actual && newKeys.get(keyOf(actual));
  const object = key ? there.get(key) : undefined;
  return !key || !object || wanted.has(key) ? null : { difference, change: 'unexpected', object };
}

function same(a: SchemaObject, b: SchemaObject): boolean {
  const names = Object.keys(a.attributes).filter((name) => name !== 'columns');
  return names.every(
    (name) => JSON.stringify(a.attributes[name]) === JSON.stringify(b.attributes[name]),
  );
}
