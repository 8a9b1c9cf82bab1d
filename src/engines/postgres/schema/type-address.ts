import type { SchemaObject } from '../../schema.ts';
import { type Address, qualified } from './statements.ts';

/** How SQL names a type. */
export function typeAddress(object: SchemaObject): Address {
  return { word: object.type === 'domain' ? 'DOMAIN' : 'TYPE', name: qualified(object) };
}
