import {
  type Schema,
  type SchemaDifference,
  type SchemaObject,
  type SchemaValue,
} from '../../schema.ts';
import { derivedName } from './constraint-objects.ts';
import { folded, identifier } from './keywords.ts';
import { printed } from './print.ts';
import { nameOf, tokensOf } from './tokens.ts';

/** A column that is there under another name. */
export interface Rename {
  readonly table: string;
  readonly from: string;
  readonly to: string;
}

/**
 * Columns that are missing where another one is too much that is the same in all else, and stands
 * in the same place: renaming keeps the values, where dropping and adding would not.
 */
export function findRenames(
  expected: Schema,
  actual: Schema,
  differences: readonly SchemaDifference[],
): readonly Rename[] {
  const columns = differences.filter((each) => (each.expected ?? each.actual)?.type === 'column');
  const missing = columns.flatMap((each) =>
    each.change === 'missing' ? (each.expected ?? []) : [],
  );
  const extra = columns.flatMap((each) =>
    each.change === 'unexpected' ? (each.actual ?? []) : [],
  );
  if (missing.length === 0 || extra.length === 0) return [];
  const [wanted, there] = [columnLists(expected), columnLists(actual)];
  const fixed = new Set(actual.objects.filter(isBeyondRename).map(({ table }) => table));
  return missing.flatMap((column) => {
    const table = column.table ?? '';
    const [ours, theirs] = [wanted.get(table) ?? [], there.get(table) ?? []];
    const old = extra.find(
      (other) =>
        other.table === table &&
        JSON.stringify(other.attributes) === JSON.stringify(column.attributes) &&
        (folded(other.name) === folded(column.name) ||
          (ours.length === theirs.length &&
            ours.indexOf(column.name) === theirs.indexOf(other.name))),
    );
    return old && !fixed.has(table) ? [{ table, from: old.name, to: column.name }] : [];
  });
}

/**
 * SQLite (3.53) fails to rename a column of a WITHOUT ROWID table with such a constraint: "no such
 * column". With a rowid it does, but a constraint does not know what table it is on.
 */
function isBeyondRename({ attributes }: SchemaObject): boolean {
  return attributes['kind'] === 'unique' && String(attributes['key']).includes(' COLLATE ');
}

function columnLists({ objects }: Schema): ReadonlyMap<string, readonly string[]> {
  return new Map(
    objects
      .filter(({ type }) => type === 'table')
      .map(({ name, attributes }) => [name, listOf(attributes['columns'])]),
  );
}

function listOf(value: SchemaValue | undefined): readonly string[] {
  return Array.isArray(value) ? (value as readonly string[]) : [];
}

/** The objects as RENAME COLUMN leaves them, each beside what it was; views and triggers as they are. */
export function afterRenames(
  { objects }: Schema,
  renames: readonly Rename[],
): readonly { readonly was: SchemaObject; readonly is: SchemaObject }[] {
  const tables = new Map<string, Map<string, string>>();
  for (const { table, from, to } of renames)
    tables.set(table, (tables.get(table) ?? new Map<string, string>()).set(folded(from), to));
  return objects.map((was) => ({ was, is: renamed(was, tables) }));
}

type Names = ReadonlyMap<string, string>;
const own = ['primaryKey', 'expression', 'key', 'where'];

function renamed(object: SchemaObject, tables: ReadonlyMap<string, Names>): SchemaObject {
  const { type, attributes } = object;
  const names = tables.get(object.table ?? object.name);
  const parents = tables.get(String(attributes['references']));
  if ((!names && !parents) || type === 'view' || type === 'virtual table') return object;
  const change = (value: SchemaValue | undefined, by: Names | undefined): SchemaValue =>
    typeof value === 'string' && by ? rewritten(value, by) : (value ?? null);
  const changed: Record<string, SchemaValue> = { ...attributes };
  for (const attribute of own)
    if (attribute in attributes) changed[attribute] = change(attributes[attribute], names);
  for (const attribute of ['columns', 'of'])
    if (Array.isArray(attributes[attribute]))
      changed[attribute] = listOf(attributes[attribute]).map((name) => newName(name, names));
  if (type === 'table' && typeof attributes['rowidAlias'] === 'string')
    changed['rowidAlias'] = newName(attributes['rowidAlias'], names);
  if (type === 'constraint')
    changed['referencedKey'] = change(attributes['referencedKey'], parents);
  const unnamed = type === 'constraint' && attributes['constraintName'] === null;
  const name = type === 'column' ? newName(object.name, names) : object.name;
  return { ...object, attributes: changed, name: unnamed ? derivedName(changed) : name };
}

function newName(name: string, names: Names | undefined): string {
  return names?.get(folded(name)) ?? name;
}

function rewritten(text: string, names: Names): string {
  return printed(tokensOf(text), { name: (token) => identifier(newName(nameOf(token), names)) });
}
