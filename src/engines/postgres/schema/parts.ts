import type { SchemaObject } from '../../schema.ts';
import type { SchemaIndex } from './kind.ts';
import { keyOf } from '../../schema.ts';

/** Types of what can have parts; a statistics object, for one, may have the name of a table. */
const wholes: ReadonlySet<string> = new Set([
  ...['table', 'foreign table', 'view', 'materialized view'],
  ...['domain', 'composite type', 'type'],
]);

const nameOf = ({ schema, name }: Pick<SchemaObject, 'schema' | 'name'>): string =>
  JSON.stringify([schema, name]);

/** Objects of one schema with what they are part of. */
export interface Parts extends SchemaIndex {
  readonly byKey: ReadonlyMap<string, SchemaObject>;
  /** The table, or other whole, of a part. */
  readonly wholeOf: (part: SchemaObject) => SchemaObject | undefined;
  /** Objects that name this one among what they need. */
  readonly dependentsOf: (key: string) => readonly SchemaObject[];
}

export function indexed(objects: readonly SchemaObject[]): Parts {
  const byKey = new Map<string, SchemaObject>();
  const wholesByName = new Map<string, SchemaObject>();
  const parts = new Map<string, SchemaObject[]>();
  const dependents = new Map<string, SchemaObject[]>();
  for (const object of objects) {
    byKey.set(keyOf(object), object);
    if (object.table !== null) add(parts, nameOf({ ...object, name: object.table }), object);
    else if (wholes.has(object.type)) wholesByName.set(nameOf(object), object);
    for (const needed of object.dependsOn) add(dependents, needed, object);
  }
  return {
    byKey,
    partsOf: (whole) => parts.get(nameOf(whole)) ?? [],
    wholeOf: ({ schema, table }) =>
      table === null ? undefined : wholesByName.get(nameOf({ schema, name: table })),
    dependentsOf: (key) => dependents.get(key) ?? [],
    find: (type, schema, name) => byKey.get(keyOf({ type, schema, table: null, name })),
  };
}

function add(map: Map<string, SchemaObject[]>, key: string, object: SchemaObject): void {
  const known = map.get(key);
  if (known) known.push(object);
  else map.set(key, [object]);
}
