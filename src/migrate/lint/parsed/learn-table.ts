import type { ColumnDef, Constraint, CreateStmt, Node } from 'libpg-query';
import type { Column, Model, Table } from './model.ts';
import { keyOfRelation, tableOf } from './model.ts';
import { allOf, as, typeOf, words } from './tree.ts';

export function newTable(madeIn: number, traits: Partial<Table> = {}): Table {
  return {
    madeIn,
    temporary: false,
    partitioned: false,
    columns: new Map(),
    checks: [],
    unvalidated: new Map(),
    ...traits,
  };
}

/** Takes in CREATE TABLE. One that is there already is left as it is. */
export function learnCreate(model: Model, create: CreateStmt, file: number): void {
  const key = keyOfRelation(create.relation);
  if (create.if_not_exists && model.tables.has(key)) return;
  const table = newTable(file, {
    temporary: create.relation?.relpersistence === 't',
    partitioned: create.partspec !== undefined,
  });
  for (const parent of allOf(create.inhRelations, 'RangeVar')) {
    for (const [name, column] of tableOf(model, parent)?.columns ?? [])
      table.columns.set(name, column);
  }
  model.tables.set(key, table);
  for (const element of create.tableElts ?? []) learnElement(model, table, element, file);
}

function learnElement(model: Model, table: Table, element: Node, file: number): void {
  const column = as(element, 'ColumnDef');
  if (column) learnColumn(table, column, file);
  const constraint = as(element, 'Constraint');
  if (constraint) learnConstraint(table, constraint, file);
  const like = as(element, 'TableLikeClause');
  for (const [name, each] of tableOf(model, like?.relation)?.columns ?? [])
    table.columns.set(name, each);
}

export function learnColumn(table: Table, column: ColumnDef, file: number): void {
  const constraints = allOf(column.constraints, 'Constraint');
  const kinds = constraints.map(({ contype }) => contype);
  const notNull =
    kinds.includes('CONSTR_NOTNULL') ||
    kinds.includes('CONSTR_PRIMARY') ||
    kinds.includes('CONSTR_IDENTITY');
  table.columns.set(column.colname ?? '', { type: typeOf(column.typeName), notNull });
  for (const constraint of constraints)
    if (constraint.contype === 'CONSTR_CHECK') learnConstraint(table, constraint, file);
}

/** Takes in a table constraint, checked or not. */
export function learnConstraint(table: Table, constraint: Constraint, file: number): void {
  const name = constraint.conname ?? '';
  const unchecked = constraint.skip_validation === true;
  const valid = !unchecked && constraint.is_enforced !== false;
  if (unchecked) table.unvalidated.set(name, file);
  const [key] = words(constraint.keys);
  switch (constraint.contype) {
    case 'CONSTR_CHECK':
      table.checks.push({ name, valid, notNullOf: notNullIn(constraint.raw_expr) });
      break;
    case 'CONSTR_NOTNULL':
      if (key !== undefined && valid) setNotNull(table, key, true);
      else table.checks.push({ name, valid, notNullOf: key ?? null });
      break;
    case 'CONSTR_PRIMARY':
      for (const each of words(constraint.keys)) setNotNull(table, each, true);
      break;
    default:
  }
}

export function setNotNull(table: Table, name: string, notNull: boolean): void {
  change(table, name, (column) => ({ ...column, notNull }));
}

export function change(table: Table, name: string, how: (column: Column) => Column): void {
  table.columns.set(name, how(table.columns.get(name) ?? { type: null, notNull: false }));
}

/** `a IS NOT NULL`, alone or joined to more by AND, proves that `a` is not null. */
function notNullIn(expression: Node | undefined): string | null {
  const test = as(expression, 'NullTest');
  if (test?.nulltesttype === 'IS_NOT_NULL')
    return words(as(test.arg, 'ColumnRef')?.fields).at(-1) ?? null;
  const joined = as(expression, 'BoolExpr');
  if (joined?.boolop !== 'AND_EXPR') return null;
  return (joined.args ?? []).map(notNullIn).find((name) => name !== null) ?? null;
}
