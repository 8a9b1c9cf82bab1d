import { identifier } from '../quoting.ts';
import type { SchemaObject } from '../../schema.ts';
import type { Address } from './statements.ts';

/** How SQL names a function, procedure or aggregate: its name already holds quotes and types. */
export function routineAddress({ type, schema, name }: SchemaObject): Address {
  const full = `${identifier(schema ?? '')}.${name}`;
  switch (type) {
    case 'procedure':
      return { word: 'PROCEDURE', name: full };
    case 'aggregate':
      // GRANT knows aggregates as functions, and these have empty parentheses.
      return { word: 'AGGREGATE', name: full.replace(/\(\)$/, '(*)'), grantWord: 'FUNCTION' };
    default:
      return { word: 'FUNCTION', name: full };
  }
}

/** `"app".total`: without the parentheses. */
export function routineName({ schema, name }: SchemaObject): string {
  const [bare = name] = /^(?:"(?:[^"]|"")*"|[^("]+)/.exec(name) ?? [];
  return `${identifier(schema ?? '')}.${bare}`;
}
