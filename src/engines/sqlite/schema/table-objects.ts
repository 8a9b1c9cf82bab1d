import { keyOf, type SchemaObject } from '../../schema.ts';
import { collationOf, columnObject } from './column-object.ts';
import { constraintObjects, type Relations, type TableSurroundings } from './constraint-objects.ts';
import type { ConstraintText, PrimaryKeyText } from './constraint-text.ts';
import { columnOf, keyText } from './key.ts';
import { folded, identifier } from './keywords.ts';
import type { TableText } from './table-text.ts';

/** What the objects of a table must know of it. */
export function surroundingsOf(
  table: string,
  { columns }: TableText,
  relations: Relations,
): TableSurroundings {
  const collations = new Map<string, string>();
  const names = new Map<string, string>();
  for (const column of columns) {
    const collation = collationOf(column);
    if (collation !== null) collations.set(column.name, collation);
    names.set(folded(column.name), column.name);
  }
  return { scope: { table, columns: names }, collations, relations };
}

/** A table with its columns and constraints. */
export function tableObjects(
  text: TableText,
  surroundings: TableSurroundings,
): readonly SchemaObject[] {
  const { table: name } = surroundings.scope;
  const self = { type: 'table', schema: null, table: null, name };
  const primaryKey = text.constraints.find(isPrimaryKey) ?? null;
  const alias = rowidAliasOf(text, primaryKey, surroundings);
  const implied = impliedNotNull(text, primaryKey, surroundings, alias);
  const owner = [keyOf(self)];
  const attributes = attributesOf(text, primaryKey, surroundings, alias);
  const objects: SchemaObject[] = [{ ...self, dependsOn: [], attributes }];
  for (const column of text.columns)
    objects.push(columnObject(column, surroundings.scope, implied.has(column.name), owner));
  objects.push(...constraintObjects(text.constraints, surroundings, owner));
  return objects;
}

function attributesOf(
  { columns, strict, withoutRowid }: TableText,
  primaryKey: PrimaryKeyText | null,
  { scope, collations }: TableSurroundings,
  rowidAlias: string | null,
): SchemaObject['attributes'] {
  const key = primaryKey && keyText(primaryKey.key, scope, collations);
  return {
    columns: columns.map(({ name }) => name),
    primaryKey: rowidAlias === null ? key : identifier(rowidAlias),
    primaryKeyName: primaryKey?.name ?? null,
    primaryKeyConflict: primaryKey?.conflict ?? null,
    rowidAlias,
    autoincrement: primaryKey?.autoincrement ?? false,
    strict,
    withoutRowid,
  };
}

function isPrimaryKey(constraint: ConstraintText): constraint is PrimaryKeyText {
  return constraint.kind === 'primary key';
}

/** The column that is the rowid itself; https://www.sqlite.org/lang_createtable.html#rowid. */
function rowidAliasOf(
  { columns, withoutRowid }: TableText,
  primaryKey: PrimaryKeyText | null,
  { scope }: TableSurroundings,
): string | null {
  const [term, ...others] = primaryKey?.key ?? [];
  if (!primaryKey || !term || others.length > 0 || withoutRowid) return null;
  if (primaryKey.ofColumn && term.descending) return null;
  const name = columnOf(term, scope);
  const column = columns.find((each) => each.name === name);
  return column?.type === 'INTEGER' ? column.name : null;
}

/** The columns that a primary key keeps from being null, as it does only in some tables. */
function impliedNotNull(
  { strict, withoutRowid }: TableText,
  primaryKey: PrimaryKeyText | null,
  { scope }: TableSurroundings,
  rowidAlias: string | null,
): ReadonlySet<string> {
  if (!primaryKey || rowidAlias !== null || !(strict || withoutRowid)) return new Set();
  return new Set(primaryKey.key.flatMap((term) => columnOf(term, scope) ?? []));
}
