import { identifier } from '../quoting.ts';
import { keyOf, type SchemaObject } from '../../schema.ts';
import type { MendContext } from './kind.ts';
import { relationOf, text } from './statements.ts';

/** A function that is made anew has to leave the defaults of columns for a moment. */
export function dropDefaults(routine: SchemaObject, context: MendContext): string[] {
  return columnsByDefault(routine, context).map((column) => `${alter(column)} DROP DEFAULT`);
}

export function setDefaults(routine: SchemaObject, context: MendContext): string[] {
  return columnsByDefault(routine, context).flatMap((column) => {
    const whole = { schema: column.schema, name: column.table ?? '' };
    const wanted = context
      .partsOf(whole)
      .find(({ type, name }) => type === 'column' && name === column.name);
    const value = wanted && isDefault(wanted) ? text(wanted, 'default') : null;
    return value === null ? [] : [`${alter(column)} SET DEFAULT ${value}`];
  });
}

/** Columns whose default calls the function; none where the function is to stay away. */
function columnsByDefault(
  routine: SchemaObject,
  { actual, find }: MendContext,
): readonly SchemaObject[] {
  if (!find(routine.type, routine.schema, routine.name)) return [];
  const dependents = actual.dependentsOf(keyOf(routine));
  return dependents.filter((one) => one.type === 'column' && isDefault(one));
}

function isDefault(column: SchemaObject): boolean {
  return text(column, 'default') !== null && text(column, 'generated') === null;
}

function alter(column: SchemaObject): string {
  return `ALTER TABLE ${relationOf(column)} ALTER COLUMN ${identifier(column.name)}`;
}
