import { identifier } from '../quoting.ts';
import type { SchemaObject } from '../../schema.ts';
import type { SchemaIndex } from './kind.ts';
import { flag, list, text } from './statements.ts';

/** The tables that a table takes its columns from, as they stand in SQL. */
function parentNames(table: SchemaObject): readonly string[] {
  const parent = text(table, 'partitionOf');
  return parent === null ? list(table, 'inherits') : [parent];
}

const namePart = '("(?:[^"]|"")+"|[^".]+)';
const namePattern = new RegExp(`^${namePart}\\.${namePart}$`);

/** The table that SQL calls so; always quoted names and bare ones mean the same. */
export function tableNamed(name: string, { find }: SchemaIndex): SchemaObject | undefined {
  const [, schema = '', table = ''] = namePattern.exec(name) ?? [];
  const bare = (part: string): string =>
    part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part;
  return (
    find('table', bare(schema), bare(table)) ?? find('foreign table', bare(schema), bare(table))
  );
}

/** The same column of the first parent that has it; what that one leaves open is its own parent's. */
export function parentsColumn(
  { schema, table, name }: SchemaObject,
  index: SchemaIndex,
): SchemaObject | undefined {
  const whole = tableNamed(`${identifier(schema ?? '')}.${identifier(table ?? '')}`, index);
  if (!whole) return undefined;
  for (const parentName of parentNames(whole)) {
    const parent = tableNamed(parentName, index);
    if (!parent || !list(parent, 'columns').includes(name)) continue;
    const own = index.partsOf(parent).find((part) => part.type === 'column' && part.name === name);
    if (own && !flag(own, 'inherited')) return own;
    const above = parentsColumn(
      { ...emptyColumn, schema: parent.schema, table: parent.name, name },
      index,
    );
    return own ? resolved(own, above) : above;
  }
  return undefined;
}

const emptyColumn: SchemaObject = {
  type: 'column',
  schema: null,
  table: null,
  name: '',
  attributes: {},
  dependsOn: [],
};

/** What a parent hands down. */
const inheritable = [
  'dataType',
  'collation',
  'notNull',
  'default',
  'generated',
  'expression',
  'storage',
  'statistics',
];

/** A column with what it leaves open filled in from its parent's. */
export function resolved(child: SchemaObject, parent: SchemaObject | undefined): SchemaObject {
  const values = inheritable.map((name) => {
    return [name, child.attributes[name] ?? parent?.attributes[name] ?? null] as const;
  });
  return { ...child, attributes: { ...child.attributes, ...Object.fromEntries(values) } };
}

/** A column as its parent hands it down, with nothing of its own. */
export function handedDown(child: SchemaObject, parent: SchemaObject | undefined): SchemaObject {
  const open = Object.fromEntries(inheritable.map((name) => [name, null]));
  const none = { compression: null, comment: null, options: [], fdwOptions: [], grants: [] };
  return resolved({ ...child, attributes: { ...child.attributes, ...open, ...none } }, parent);
}

/** Whether the expected table is a child of one that hands down the same constraint or index. */
export function isHandedDown(
  { schema, table, type, attributes }: SchemaObject,
  index: SchemaIndex,
): boolean {
  const whole = index.find('table', schema, table ?? '');
  if (!whole) return false;
  return parentNames(whole).some((name) => {
    const parent = tableNamed(name, index);
    return (
      parent !== undefined &&
      index
        .partsOf(parent)
        .some(
          (part) =>
            part.type === type &&
            ['kind', 'definition', 'predicate', 'unique'].every(
              (key) => part.attributes[key] === attributes[key],
            ),
        )
    );
  });
}

/** The table that the table of a part is a partition of. */
export function parentTable(
  { schema, table }: SchemaObject,
  index: SchemaIndex,
): SchemaObject | undefined {
  const whole = index.find('table', schema, table ?? '');
  return whole && tableNamed(text(whole, 'partitionOf') ?? '', index);
}

/** Whether a part's table is partitioned. */
export function isPartitioned({ schema, table }: SchemaObject, { find }: SchemaIndex): boolean {
  const whole = find('table', schema, table ?? '');
  return whole !== undefined && text(whole, 'partitionKey') !== null;
}

export function isPartition(part: SchemaObject, { find }: SchemaIndex): boolean {
  const whole = find('table', part.schema, part.table ?? '');
  return whole !== undefined && text(whole, 'partitionOf') !== null;
}
