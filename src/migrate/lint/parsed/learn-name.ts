import type { AlterObjectSchemaStmt, DropStmt, RenameStmt } from 'libpg-query';
import { keyOf, keyOfParts, keyOfRelation, type Model, type Table, tableOf } from './model.ts';
import { partsOf } from './tree.ts';

/** Takes in what RENAME gives another name. */
export function learnRename(model: Model, rename: RenameStmt): void {
  const { relation, renameType, subname = '', newname = '' } = rename;
  const table = tableOf(model, relation);
  switch (renameType) {
    case 'OBJECT_TABLE':
    case 'OBJECT_MATVIEW':
      move(model, keyOfRelation(relation), keyOf(relation?.schemaname, newname));
      break;
    case 'OBJECT_COLUMN':
      if (table) renameColumn(table, subname, newname);
      break;
    case 'OBJECT_TABCONSTRAINT':
      if (table) renameConstraint(table, subname, newname);
      break;
    case 'OBJECT_INDEX': {
      const key = keyOfRelation(relation);
      const owner = model.indexes.get(key);
      model.indexes.delete(key);
      if (owner !== undefined) model.indexes.set(keyOf(relation?.schemaname, newname), owner);
      break;
    }
    default:
  }
}

export function learnSchema(
  model: Model,
  { relation, newschema, objectType }: AlterObjectSchemaStmt,
): void {
  if (objectType !== 'OBJECT_TABLE') return;
  move(model, keyOfRelation(relation), keyOf(newschema, relation?.relname ?? ''));
}

export function learnDrop(model: Model, { removeType, objects }: DropStmt): void {
  for (const key of (objects ?? []).map(partsOf).map(keyOfParts)) {
    if (removeType === 'OBJECT_TABLE' || removeType === 'OBJECT_MATVIEW') model.tables.delete(key);
    if (removeType === 'OBJECT_INDEX') model.indexes.delete(key);
    if (removeType === 'OBJECT_DOMAIN' || removeType === 'OBJECT_TYPE') {
      model.domains.delete(key);
      model.enums.delete(key);
    }
  }
}

function move(model: Model, from: string, to: string): void {
  const table = model.tables.get(from);
  if (!table) return;
  model.tables.delete(from);
  model.tables.set(to, table);
  for (const [index, owner] of model.indexes) if (owner === from) model.indexes.set(index, to);
}

function renameColumn(table: Table, from: string, to: string): void {
  const column = table.columns.get(from);
  if (!column) return;
  table.columns.delete(from);
  table.columns.set(to, column);
  for (const [index, check] of table.checks.entries())
    if (check.notNullOf === from) table.checks[index] = { ...check, notNullOf: to };
}

function renameConstraint(table: Table, from: string, to: string): void {
  const since = table.unvalidated.get(from);
  table.unvalidated.delete(from);
  if (since !== undefined) table.unvalidated.set(to, since);
  for (const [index, check] of table.checks.entries())
    if (check.name === from) table.checks[index] = { ...check, name: to };
}
