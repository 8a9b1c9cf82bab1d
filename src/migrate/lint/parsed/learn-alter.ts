import type { AlterTableCmd, AlterTableStmt } from 'libpg-query';
import { change, learnColumn, learnConstraint, newTable, setNotNull } from './learn-table.ts';
import { keyOfRelation, type Model, type Table, tableOf } from './model.ts';
import { allOf, as, typeOf } from './tree.ts';

/** Made before the files that are read here, so never new. */
const longAgo = -1;

/** Takes in ALTER TABLE. A table that no file has made is known from here on. */
export function learnAlter(model: Model, alter: AlterTableStmt, file: number): void {
  if (alter.objtype !== 'OBJECT_TABLE') return;
  const known = tableOf(model, alter.relation);
  const table = known ?? newTable(longAgo);
  if (!known) model.tables.set(keyOfRelation(alter.relation), table);
  for (const command of allOf(alter.cmds, 'AlterTableCmd')) learnCommand(table, command, file);
}

function learnCommand(
  table: Table,
  { subtype, name = '', def }: AlterTableCmd,
  file: number,
): void {
  const column = as(def, 'ColumnDef');
  const constraint = as(def, 'Constraint');
  switch (subtype) {
    case 'AT_AddColumn':
      if (column) learnColumn(table, column, file);
      break;
    case 'AT_DropColumn':
      table.columns.delete(name);
      break;
    case 'AT_AlterColumnType':
      change(table, name, (each) => ({ ...each, type: typeOf(column?.typeName) }));
      break;
    case 'AT_SetNotNull':
      setNotNull(table, name, true);
      break;
    case 'AT_DropNotNull':
      setNotNull(table, name, false);
      break;
    case 'AT_AddConstraint':
      if (constraint) learnConstraint(table, constraint, file);
      break;
    case 'AT_ValidateConstraint':
      table.unvalidated.delete(name);
      mapChecks(table, (check) => [check.name === name ? { ...check, valid: true } : check]);
      break;
    case 'AT_DropConstraint':
      table.unvalidated.delete(name);
      mapChecks(table, (check) => (check.name === name ? [] : [check]));
      break;
    default:
  }
}

type Check = Table['checks'][number];

function mapChecks(table: Table, how: (check: Check) => Check[]): void {
  table.checks.splice(0, table.checks.length, ...table.checks.flatMap(how));
}
