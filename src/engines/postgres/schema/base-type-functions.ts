import { keyOf, type SchemaObject } from '../../schema.ts';
import type { SchemaIndex } from './kind.ts';

/** Whether a function is one that a base type is made of: it comes and goes with the type. */
export function isOfBaseType(routine: SchemaObject, { find }: SchemaIndex): boolean {
  return routine.dependsOn.some((key) => {
    const [type, schema, , name] = JSON.parse(key) as [string, string, string | null, string];
    return type === 'base type' && find(type, schema, name)?.dependsOn.includes(keyOf(routine));
  });
}
