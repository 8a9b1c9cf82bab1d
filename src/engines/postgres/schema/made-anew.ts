import type { SchemaObject } from '../../schema.ts';
import type { Kind } from './kind.ts';
import { type Address, dress, list, onlyDress, redress } from './statements.ts';

interface MadeAnew {
  readonly type: string;
  readonly sql: (major: number) => string;
  readonly address: (object: SchemaObject) => Address;
  /** The statement that makes it, without owner, grants and comment. */
  readonly create: (object: SchemaObject) => string;
}

/** A kind that ALTER knows little of: all but owner, grants and comment means to make it anew. */
export function madeAnew({ type, sql, address, create }: MadeAnew): Kind {
  return {
    types: [type],
    sql,
    create: (object) => [create(object), ...dress(object, address(object))],
    drop: (object) => [`DROP ${address(object).word} ${address(object).name}`],
    alter: ({ expected, actual, attributes }) =>
      onlyDress(attributes) ? redress(expected, actual, attributes, address(expected)) : null,
  };
}

/** `CREATE … (SFUNC = "app".add, STYPE = integer)` of an object with a list `definition`. */
export function definedBy(how: string, object: SchemaObject): string {
  return `${how} (${list(object, 'definition').join(', ')})`;
}

/** SQL for a list of what is not NULL, in the order given: `KEY = value`. */
export function definitionOf(values: Readonly<Record<string, string>>): string {
  const parts = Object.entries(values).map(([key, value]) => `'${key} = ' || ${value}`);
  return `pg_catalog.array_remove(ARRAY[${parts.join(', ')}]::text[], NULL)`;
}
