import {
  keyOf,
  type Mend,
  type Schema,
  type SchemaDifference,
  type SchemaObject,
} from '../../schema.ts';
import type { Change } from './kind.ts';
import { kindOf } from './plan.ts';
import { text } from './statements.ts';
import { markedIndex } from './table-state.ts';

/** What is left to mend once everything that only has another name is renamed. */
export interface Renamed {
  readonly actual: Schema;
  readonly differences: readonly SchemaDifference[];
  /** The difference as it came in. */
  readonly origin: (difference: SchemaDifference) => SchemaDifference;
  readonly mends: readonly Mend[];
}

interface Rename {
  readonly missing: SchemaDifference;
  readonly unexpected: SchemaDifference;
  readonly change: Change;
}

/**
 * Finds indexes and constraints that are there under another name: to rename them needs no lock
 * for long, and keeps what stands on them. `isAltered` tells whether what else differs can change.
 */
export function afterRenames(
  actual: Schema,
  differences: readonly SchemaDifference[],
  isAltered: (change: Change) => boolean,
): Renamed {
  const renames = findRenames(actual, differences, isAltered);
  if (renames.length === 0)
    return { actual, differences, origin: (difference) => difference, mends: [] };
  const moved = new Map(actual.objects.map((object) => [object, underNewNames(object, renames)]));
  const origins = new Map<SchemaDifference, SchemaDifference>();
  const mends = renames.flatMap(({ missing, unexpected, change }): Mend[] => {
    const statement = kindOf(change.actual).rename?.(change.actual, change.expected.name) ?? '';
    const left = { change: 'changed', ...change, attributes: [...change.attributes] } as const;
    const now = { ...left, actual: moved.get(change.actual) ?? change.actual };
    if (change.attributes.size > 0) origins.set(now, missing);
    return [
      { difference: missing, statements: [statement], note: null },
      { difference: unexpected, statements: [], note: null },
    ];
  });
  const paired = new Set(renames.flatMap(({ missing, unexpected }) => [missing, unexpected]));
  for (const difference of differences) {
    if (paired.has(difference)) continue;
    const left = leftOf(difference, moved, renames);
    if (left) origins.set(left, difference);
    else mends.push({ difference, statements: [], note: null });
  }
  return {
    actual: { ...actual, objects: [...moved.values()] },
    differences: [...origins.keys()],
    origin: (difference) => origins.get(difference) ?? difference,
    mends,
  };
}

function findRenames(
  actual: Schema,
  differences: readonly SchemaDifference[],
  isAltered: (change: Change) => boolean,
): readonly Rename[] {
  const taken = new Set(actual.objects.filter(isRelation).map(relationKey));
  const free = differences.filter(({ change }) => change === 'unexpected');
  const used = new Set<SchemaDifference>();
  return differences.flatMap((missing): Rename[] => {
    const { expected } = missing;
    if (missing.change !== 'missing' || !expected || !kindOf(expected).rename) return [];
    if (isRelation(expected) && taken.has(relationKey(expected))) return [];
    const [found] = free
      .flatMap((unexpected) => {
        const { actual: there } = unexpected;
        if (!there || used.has(unexpected) || !isBeside(expected, there)) return [];
        const change = { expected, actual: there, attributes: changed(expected, there) };
        return isAltered(change) ? [{ missing, unexpected, change }] : [];
      })
      .toSorted((a, b) => a.change.attributes.size - b.change.attributes.size);
    if (found) used.add(found.unexpected);
    return found ? [found] : [];
  });
}

function isBeside(a: SchemaObject, b: SchemaObject): boolean {
  return a.type === b.type && a.schema === b.schema && a.table === b.table;
}

function changed(a: SchemaObject, b: SchemaObject): ReadonlySet<string> {
  const names = Object.keys(a.attributes);
  return new Set(names.filter((name) => !same(a.attributes[name], b.attributes[name])));
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
}

const relations: ReadonlySet<string> = new Set([
  ...[
    'table',
    'foreign table',
    'view',
    'materialized view',
    'sequence',
    'composite type',
    'index',
    'index settings',
  ],
]);

/** Whether its name is one of those that a schema's relations, indexes among them, share. */
function isRelation(object: SchemaObject): boolean {
  const kind = text(object, 'kind') ?? '';
  return relations.has(object.type) || ['primary key', 'unique', 'exclude'].includes(kind);
}

function relationKey({ schema, name }: SchemaObject): string {
  return JSON.stringify([schema, name]);
}

/** The object as the renames leave it; the very same where they do not concern it. */
function underNewNames(object: SchemaObject, renames: readonly Rename[]): SchemaObject {
  const own = renames.find(({ change }) => change.actual === object);
  if (own) return underNewNames({ ...object, name: own.change.expected.name }, renames);
  const renamed = new Map(
    renames.map(({ change }) => [keyOf(change.actual), change.expected] as const),
  );
  const [first] = object.dependsOn.flatMap((key) => renamed.get(key) ?? []);
  if (!first) return object;
  return {
    ...object,
    // What an index of a partition needs is what hands it down.
    attributes:
      object.type === 'index settings'
        ? { ...object.attributes, root: first.name }
        : object.attributes,
    dependsOn: object.dependsOn.map((key) => {
      const now = renamed.get(key);
      return now ? keyOf(now) : key;
    }),
  };
}

/** What the renames leave of a difference; null: nothing. */
function leftOf(
  difference: SchemaDifference,
  moved: ReadonlyMap<SchemaObject, SchemaObject>,
  renames: readonly Rename[],
): SchemaDifference | null {
  const { expected, actual, attributes } = difference;
  const now = actual && (moved.get(actual) ?? actual);
  if (!expected || !actual) return { ...difference, actual: now };
  const left = attributes.filter((name) => !isMoved(name, expected, actual, renames));
  return left.length === 0 ? null : { ...difference, actual: now, attributes: left };
}

/** Whether a table's mark is at the same index, under its new name. */
function isMoved(
  name: string,
  expected: SchemaObject,
  actual: SchemaObject,
  renames: readonly Rename[],
): boolean {
  const [wanted, there] = [markedIndex(expected, name), markedIndex(actual, name)];
  return renames.some(
    ({ change }) =>
      change.actual.schema === actual.schema &&
      change.actual.table === actual.name &&
      change.actual.name === there &&
      change.expected.name === wanted,
  );
}
