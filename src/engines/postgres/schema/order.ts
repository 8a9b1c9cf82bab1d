import { keyOf, type SchemaObject } from '../../schema.ts';
import { kinds } from './kinds.ts';
import { indexed, type Parts } from './parts.ts';

const ranks = new Map(kinds.flatMap(({ types }, rank) => types.map((type) => [type, rank])));

/** Constraints that others refer to come first; those that refer to other tables last. */
const constraintRanks: Readonly<Record<string, number>> = {
  'primary key': 0,
  unique: 1,
  'foreign key': 3,
};

function rankOf({ type, attributes }: SchemaObject): number {
  const kind = attributes['kind'];
  const within =
    type === 'constraint' && typeof kind === 'string' ? (constraintRanks[kind] ?? 2) : 0;
  return (ranks.get(type) ?? ranks.size) * 10 + within;
}

/** The objects in an order in which they can be made: by kind and name, dependencies first. */
export function creationOrder(
  objects: readonly SchemaObject[],
  index: Parts = indexed(objects),
): SchemaObject[] {
  const sorted = objects
    .map((object) => ({ object, rank: rankOf(object), key: keyOf(object) }))
    .toSorted((a, b) => a.rank - b.rank || (a.key < b.key ? -1 : 1));
  const done = new Set<SchemaObject>();
  const ordered: SchemaObject[] = [];
  const visit = (object: SchemaObject): void => {
    // A circle ends where it began: what is in it stands in the order of its kinds.
    if (done.has(object)) return;
    done.add(object);
    for (const needed of neededFor(object, index)) visit(needed);
    ordered.push(object);
  };
  for (const { object } of sorted) visit(object);
  return ordered;
}

/** What must be there before an object is made; CREATE TABLE names what its columns need. */
export function neededFor(object: SchemaObject, index: Parts): readonly SchemaObject[] {
  const columns = index
    .partsOf(object)
    .filter((part) => part.type === 'column' && index.wholeOf(part) === object);
  const whole = index.wholeOf(object);
  const needed = [object, ...columns]
    .flatMap(({ dependsOn }) => dependsOn)
    .flatMap((key) => index.byKey.get(key) ?? []);
  return [...(whole ? [whole] : []), ...needed].filter(
    (one) => one !== object && !columns.includes(one),
  );
}
