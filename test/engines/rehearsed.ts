import type { Rehearsal } from '../../src/engines/schema.ts';

/** Names of the tables in a picture. */
export function tables({ objects }: Rehearsal['after']): readonly string[] {
  return objects.filter(({ type }) => type === 'table').map(({ name }) => name);
}

/** `table.column` of each. */
export function columns({ objects }: Rehearsal['after']): readonly string[] {
  return objects
    .filter(({ type }) => type === 'column')
    .map(({ table, name }) => `${table}.${name}`);
}
