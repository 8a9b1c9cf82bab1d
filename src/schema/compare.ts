import {
  keyOf,
  type Schema,
  type SchemaDifference,
  type SchemaObject,
  type SchemaValue,
} from '../engines/schema.ts';

/** Attributes that tell something and are not compared. */
const informational: ReadonlySet<string> = new Set(['columns', 'root']);

/** Attributes that a comparison can leave out together. */
export const attributeGroups = {
  privileges: ['owner', 'grants', 'columnGrants', 'identityGrants'],
  comments: [
    'comment',
    'columnComments',
    'constraintComment',
    'constraintComments',
    'identityComment',
    'indexComment',
  ],
  storage: ['options', 'storage', 'compression', 'statistics', 'tablespace', 'accessMethod'],
} as const satisfies Record<string, readonly string[]>;

export type AttributeGroup = keyof typeof attributeGroups;

/**
 * Every difference between two schemas of one engine, in the order of their keys. What is part of
 * an object that is missing or unexpected is a difference of its own.
 */
export function compareSchemas(
  expected: Schema,
  actual: Schema,
  without: readonly AttributeGroup[] = [],
): readonly SchemaDifference[] {
  const left = new Set<string>(without.flatMap((group) => attributeGroups[group]));
  const there = new Map(actual.objects.map((object) => [keyOf(object), object]));
  const differences: SchemaDifference[] = [];
  for (const object of expected.objects) {
    const key = keyOf(object);
    const other = there.get(key);
    there.delete(key);
    if (!other) {
      differences.push({ change: 'missing', expected: object, actual: null, attributes: [] });
      continue;
    }
    const attributes = changedAttributes(object, other).filter((name) => !left.has(name));
    if (attributes.length > 0)
      differences.push({ change: 'changed', expected: object, actual: other, attributes });
  }
  const unexpected = [...there.values()].map(
    (object) => ({ change: 'unexpected', expected: null, actual: object, attributes: [] }) as const,
  );
  return [...differences, ...unexpected];
}

function changedAttributes(a: SchemaObject, b: SchemaObject): readonly string[] {
  const names = new Set([...Object.keys(a.attributes), ...Object.keys(b.attributes)]);
  return [...names].filter(
    (name) => !informational.has(name) && !same(a.attributes[name], b.attributes[name]),
  );
}

function same(a: SchemaValue | undefined, b: SchemaValue | undefined): boolean {
  return JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
}

/** Tables that have the same columns in another order: each with the two orders. */
export function columnOrders(
  expected: Schema,
  actual: Schema,
): readonly { readonly table: SchemaObject; readonly expected: string; readonly actual: string }[] {
  const there = new Map(actual.objects.map((object) => [keyOf(object), object]));
  return expected.objects.flatMap((table) => {
    const [ours, theirs] = [table, there.get(keyOf(table))].map((object) => {
      const columns = object?.attributes['columns'];
      return Array.isArray(columns) ? (columns as readonly string[]) : null;
    });
    if (!ours || !theirs) return [];
    const common = (list: readonly string[], other: readonly string[]): string =>
      list.filter((name) => other.includes(name)).join(', ');
    const [first, second] = [common(ours, theirs), common(theirs, ours)];
    return first === second ? [] : [{ table, expected: first, actual: second }];
  });
}
