import { identifier } from '../quoting.ts';
import type { SchemaObject } from '../../schema.ts';
import { columnConstraints, columnDefinition } from './column-definition.ts';
import { parentsColumn, tableNamed } from './inheritance.ts';
import type { MendContext } from './kind.ts';
import { flag, list, qualified, text } from './statements.ts';

/**
 * A relation from CREATE to the list of its columns and where it takes others from, without what
 * follows: `CREATE TABLE a.b (…) INHERITS (…)`. `words` is `TABLE`, `UNLOGGED TABLE` ….
 */
export function createRelation(words: string, table: SchemaObject, context: MendContext): string {
  const head = `CREATE ${words} ${qualified(table)}`;
  const own = ownColumns(table, context);
  const partitionOf = text(table, 'partitionOf');
  const ofType = text(table, 'ofType');
  if (partitionOf !== null && hasOrderOfParent(table, context))
    return `${head} PARTITION OF ${partitionOf} ${text(table, 'partitionBound')}`;
  if (partitionOf !== null) return `${head} ${columnList(handedColumns(table, context))}`;
  if (ofType !== null) {
    const columns = own.flatMap((column) => {
      const constraints = columnConstraints(column);
      return constraints.length === 0
        ? []
        : [`${identifier(column.name)} WITH OPTIONS ${constraints.join(' ')}`];
    });
    return `${head} OF ${ofType}${columns.length === 0 ? '' : ` ${columnList(columns)}`}`;
  }
  const inherits = list(table, 'inherits');
  const from = inherits.length === 0 ? '' : ` INHERITS (${inherits.join(', ')})`;
  return `${head} ${columnList(own.map(columnDefinition))}${from}`;
}

/** Statement that makes a partition of a table that stands alone; none where it was made as one. */
export function attachment(table: SchemaObject, context: MendContext): string[] {
  if (text(table, 'partitionOf') === null || hasOrderOfParent(table, context)) return [];
  return [attach(table)];
}

export function attach(table: SchemaObject): string {
  return `ALTER TABLE ${text(table, 'partitionOf')} ATTACH PARTITION ${qualified(table)} ${text(table, 'partitionBound')}`;
}

/** A partition may have been a table with an order of columns of its own before it was attached. */
function hasOrderOfParent(table: SchemaObject, context: MendContext): boolean {
  const parent = tableNamed(text(table, 'partitionOf') ?? '', context);
  return !parent || list(parent, 'columns').join('\0') === list(table, 'columns').join('\0');
}

function handedColumns(table: SchemaObject, context: MendContext): string[] {
  const columns = list(table, 'columns').flatMap((name) => {
    const part = { ...table, type: 'column', table: table.name, name, attributes: {} };
    const column = parentsColumn(part, context);
    // An identity is its parent's alone.
    return column
      ? [columnDefinition({ ...column, attributes: { ...column.attributes, identity: null } })]
      : [];
  });
  return [...columns, ...handedChecks(table, context)];
}

/** A table must have the checks of its parent before it can be attached. */
function handedChecks(table: SchemaObject, context: MendContext): string[] {
  const parent = tableNamed(text(table, 'partitionOf') ?? '', context);
  if (!parent) return [];
  const checks = context.partsOf(parent).filter((part) => text(part, 'kind') === 'check');
  return [
    ...checks.map((check) => `CONSTRAINT ${identifier(check.name)} ${text(check, 'definition')}`),
    ...handedChecks(parent, context),
  ];
}

/** Columns that the table says itself, in their order. */
function ownColumns(table: SchemaObject, context: MendContext): SchemaObject[] {
  const columns = new Map(
    context
      .partsOf(table)
      .filter((part) => part.type === 'column' && !flag(part, 'inherited'))
      .map((column) => [column.name, column]),
  );
  return list(table, 'columns').flatMap((name) => columns.get(name) ?? []);
}

function columnList(columns: readonly string[]): string {
  return columns.length === 0 ? '()' : `(\n  ${columns.join(',\n  ')}\n)`;
}
