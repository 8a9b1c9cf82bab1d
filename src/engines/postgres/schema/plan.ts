import { keyOf, type SchemaDifference, type SchemaObject } from '../../schema.ts';
import type { Change, Kind, MendContext } from './kind.ts';
import { kinds } from './kinds.ts';
import type { Parts } from './parts.ts';

const kindsByType = new Map<string, Kind>(
  kinds.flatMap((kind) => kind.types.map((type): [string, Kind] => [type, kind])),
);

export function kindOf({ type }: SchemaObject): Kind {
  const kind = kindsByType.get(type);
  if (kind) return kind;
  throw new TypeError(`no kind of object is called ${type}`);
}

/** What is to be done with one object. */
export type Action = {
  /** The difference that this mends; what only stands in the way is mended with another. */
  readonly difference: SchemaDifference;
} & (
  | { readonly how: 'make'; readonly expected: SchemaObject; readonly actual: null }
  | { readonly how: 'drop'; readonly expected: null; readonly actual: SchemaObject }
  | { readonly how: 'remake'; readonly expected: SchemaObject; readonly actual: SchemaObject }
  | { readonly how: 'alter'; readonly expected: SchemaObject; readonly actual: SchemaObject }
);

/** An action for each object, by its key. */
export type Plan = ReadonlyMap<string, Action>;

export function changeOf({ expected, actual, attributes }: SchemaDifference): Change | null {
  return expected && actual ? { expected, actual, attributes: new Set(attributes) } : null;
}

/** Decides what to do for the differences, and with what stands in their way. */
export function planFor(
  differences: readonly SchemaDifference[],
  expected: Parts,
  actual: Parts,
  context: MendContext,
): Plan {
  const plan = new Map<string, Action>();
  for (const difference of differences) {
    const action = actionFor(difference, context);
    plan.set(keyOf(action.expected ?? action.actual), action);
  }
  const pending = [...plan.values()];
  for (let cause = pending.pop(); cause; cause = pending.pop()) {
    for (const dependent of roomFor(cause, actual)) {
      const key = keyOf(dependent);
      const known = plan.get(key);
      // What is changed lets go by itself of what is there no more.
      if (known && (known.how !== 'alter' || cause.how === 'drop')) continue;
      const wanted = expected.byKey.get(key);
      if (!wanted) continue;
      const difference = known?.difference ?? cause.difference;
      const action: Action = { difference, how: 'remake', expected: wanted, actual: dependent };
      plan.set(key, action);
      pending.push(action);
    }
  }
  return plan;
}

function actionFor(difference: SchemaDifference, context: MendContext): Action {
  const { expected, actual } = difference;
  if (expected && !actual) return { difference, how: 'make', expected, actual };
  if (actual && !expected) return { difference, how: 'drop', expected, actual };
  const change = changeOf(difference);
  if (!change) throw new TypeError('a difference of nothing');
  const how = kindOf(change.expected).alter(change, context) ? 'alter' : 'remake';
  return { difference, how, expected: change.expected, actual: change.actual };
}

/**
 * What has to go before an object is made anew, or changed, and come back after it. A column with
 * values in it never goes because of its type or its default: only what a new type of it displaces.
 */
function roomFor(cause: Action, index: Parts): readonly SchemaObject[] {
  return inTheWayOf(cause, index).flatMap((one) => {
    if (!staysFor(one, cause)) return [one];
    if (cause.how !== 'alter') return [];
    const retyped = { expected: one, actual: one, attributes: new Set(['dataType']) };
    const { displaces } = kindOf(one);
    return index.dependentsOf(keyOf(one)).filter((other) => displaces?.(other, retyped));
  });
}

function staysFor({ type, attributes }: SchemaObject, { actual }: Action): boolean {
  return (
    type === 'column' &&
    (attributes['generated'] ?? null) === null &&
    !['column', 'table', 'foreign table'].includes(actual?.type ?? '')
  );
}

function inTheWayOf(cause: Action, index: Parts): readonly SchemaObject[] {
  if (cause.how === 'make') return [];
  const dependents = index.dependentsOf(keyOf(cause.actual));
  if (cause.how === 'drop') return dependents;
  if (cause.how === 'alter') {
    const change = changeOf(cause.difference);
    const { displaces } = kindOf(cause.actual);
    return change && displaces ? dependents.filter((one) => displaces(one, change)) : [];
  }
  const parts = index.partsOf(cause.actual).filter((part) => index.wholeOf(part) === cause.actual);
  return [...dependents, ...parts, ...ownedSequences(cause.actual, index)];
}

/** A sequence that a column owns goes with it. */
function ownedSequences(column: SchemaObject, index: Parts): readonly SchemaObject[] {
  if (column.type !== 'column') return [];
  return column.dependsOn
    .flatMap((key) => index.byKey.get(key) ?? [])
    .filter(({ type, attributes }) => type === 'sequence' && attributes['ownedBy'] !== null);
}
