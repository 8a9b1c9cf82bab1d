import { keyOf, type SchemaObject } from '../../schema.ts';
import type { TableDefinition } from './create.ts';
import type { Change } from './work.ts';

/** A table that is there and shall become another. */
export interface TablePlan {
  readonly there: TableDefinition;
  /** What is there, with the changes. */
  readonly target: TableDefinition;
  /** Those of the table, its columns and constraints. */
  readonly changes: readonly Change[];
  /** Those of its indexes and triggers that are not merely dropped. */
  readonly others: readonly Change[];
  /** The indexes and triggers that it shall have. */
  readonly indexes: readonly SchemaObject[];
  readonly triggers: readonly SchemaObject[];
  /** Texts of the views and triggers that are there. */
  readonly bodies: readonly string[];
  /** Names that are taken. */
  readonly names: ReadonlySet<string>;
  readonly foreignKeys: boolean;
}

/** The table's columns in their order. */
export function columnNames({ attributes }: SchemaObject): readonly string[] {
  const { columns } = attributes;
  return Array.isArray(columns) ? (columns as readonly string[]) : [];
}

/** A table as a list of objects has it; columns in the order given, others behind. */
export function definitionOf(
  table: SchemaObject,
  parts: readonly SchemaObject[],
  order = columnNames(table),
): TableDefinition {
  const columns = parts.filter(({ type }) => type === 'column');
  const place = ({ name }: SchemaObject): number =>
    order.includes(name) ? order.indexOf(name) : order.length;
  return {
    table,
    columns: columns.toSorted((a, b) => place(a) - place(b)),
    constraints: parts.filter(({ type }) => type === 'constraint'),
  };
}

/** The objects as the changes leave them. */
export function changed(
  there: readonly SchemaObject[],
  changes: readonly Change[],
): readonly SchemaObject[] {
  const result = new Map(there.map((object) => [keyOf(object), object]));
  for (const { change, object } of changes)
    if (change === 'unexpected') result.delete(keyOf(object));
    else result.set(keyOf(object), object);
  return [...result.values()];
}
