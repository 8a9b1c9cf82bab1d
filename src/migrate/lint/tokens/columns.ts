import type { Hit } from '../finding.ts';
import { rule } from '../rule.ts';
import { type Around, isNew, type ToldRule } from './around.ts';
import type { Told } from './statement.ts';

type AddColumn = Extract<Told, { kind: 'add-column' }>;

function added(around: Around): AddColumn | null {
  const { told } = around;
  return told.kind === 'add-column' && !isNew(around, told.table) ? told : null;
}

function says({ rest }: AddColumn, ...sought: readonly string[]): boolean {
  return rest.some(({ depth }, index) =>
    sought.every((word, offset) => depth === 0 && rest[index + offset]?.upper === word),
  );
}

const addRequiredColumn: ToldRule = rule({
  id: 'add-required-column',
  level: 'error',
  lock: 'RESERVED',
  harm: null,
  title: 'a new column NOT NULL without a default',
  why: 'it fails as soon as the table has a row',
  check(around): Hit[] {
    const column = added(around);
    if (!column || !says(column, 'NOT', 'NULL')) return [];
    if (says(column, 'DEFAULT') || says(column, 'AS')) return [];
    return [
      {
        what: `ADD COLUMN ${column.column} NOT NULL on ${column.table} has no default`,
        relation: column.table,
        hint: `Give it a constant default: ADD COLUMN ${column.column} … NOT NULL DEFAULT …; or build the table anew.`,
      },
    ];
  },
});

/** What SQLite takes in CREATE TABLE and refuses in ADD COLUMN. */
function refused(column: AddColumn): string | null {
  if (says(column, 'PRIMARY', 'KEY')) return 'PRIMARY KEY';
  if (says(column, 'UNIQUE')) return 'UNIQUE';
  if (says(column, 'STORED')) return 'GENERATED … STORED';
  const { rest } = column;
  const value = rest[rest.findIndex(({ upper, depth }) => upper === 'DEFAULT' && depth === 0) + 1];
  if (!says(column, 'DEFAULT') || !value) return null;
  if (value.upper.startsWith('CURRENT_')) return `DEFAULT ${value.upper}`;
  return value.kind === 'open' ? 'DEFAULT (…)' : null;
}

const addColumnRefused: ToldRule = rule({
  id: 'add-column-refused',
  level: 'error',
  lock: 'RESERVED',
  harm: null,
  title: 'a new column of a kind that ADD COLUMN does not take',
  why: 'SQLite refuses it: always, or as soon as the table has a row',
  check(around): Hit[] {
    const column = added(around);
    const what = column ? refused(column) : null;
    if (!column || what === null) return [];
    return [
      {
        what: `ADD COLUMN ${column.column} ${what} on ${column.table}`,
        relation: column.table,
        hint:
          what === 'UNIQUE'
            ? `ADD COLUMN without UNIQUE, then CREATE UNIQUE INDEX … ON ${column.table} (${column.column}).`
            : 'ADD COLUMN with a constant default and UPDATE the rows, or build the table anew: CREATE TABLE new_…, INSERT … SELECT, DROP, RENAME.',
      },
    ];
  },
});

const dropColumn: ToldRule = rule({
  id: 'drop-column',
  level: 'warning',
  lock: 'EXCLUSIVE',
  harm: null,
  title: 'a column that goes',
  why: 'what it holds is lost, programs that run now and still name it fail, and every row is written anew',
  check(around): Hit[] {
    const { told } = around;
    if (told.kind !== 'drop-column' || isNew(around, told.table)) return [];
    return [
      {
        what: `DROP COLUMN ${told.column} of ${told.table}`,
        relation: told.table,
        hint: 'Release programs that no longer read or write it first, and drop it in a later migration.',
      },
    ];
  },
});

const renameColumn: ToldRule = rule({
  id: 'rename-column',
  level: 'warning',
  lock: 'RESERVED',
  harm: null,
  title: 'a column that gets another name',
  why: 'programs that run now still ask for the old name, and fail until all of them are new',
  check(around): Hit[] {
    const { told } = around;
    if (told.kind !== 'rename-column' || isNew(around, told.table)) return [];
    return [
      {
        what: `${told.table}.${told.column} becomes ${told.to}`,
        relation: told.table,
        hint: `Stop the programs while it runs; or add ${told.to} beside ${told.column}, keep both in step with a trigger, and drop the old one later.`,
      },
    ];
  },
});

export const columnRules: readonly ToldRule[] = [
  addRequiredColumn,
  addColumnRefused,
  dropColumn,
  renameColumn,
];
