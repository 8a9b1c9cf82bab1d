import type { SchemaObject } from '../../schema.ts';
import { needsValue, withoutValue } from './alter-table.ts';
import { createIndex, createTable, createTrigger, type TableDefinition } from './create.ts';
import { folded, identifier } from './keywords.ts';
import type { TablePlan } from './table-plan.ts';
import type { Work } from './work.ts';

/**
 * SQLite's own way to change what ALTER TABLE cannot, with its rows, indexes and triggers:
 * https://www.sqlite.org/lang_altertable.html#otheralter. With foreign keys on, dropping the old
 * table would delete its children's rows; with the newer ALTER TABLE, a view that reads the table
 * would keep the rename from happening.
 */
export function rebuild(plan: TablePlan): Work {
  const { there, target, indexes, triggers, changes, others } = plan;
  const table = identifier(target.table.name);
  const meanwhile = freeName(target.table.name, plan.names);
  const [first, ...rest] = [...changes, ...others].map(({ difference }) => difference);
  const empty = target.columns.filter(
    (column) => needsValue(column) && !there.columns.some(({ name }) => name === column.name),
  );
  const lost = there.columns.filter(
    (column) => !target.columns.some(({ name }) => name === column.name),
  );
  return {
    stage: 'tables',
    statements: [
      'PRAGMA foreign_keys = OFF',
      'BEGIN IMMEDIATE',
      'PRAGMA legacy_alter_table = ON',
      createTable(target, meanwhile),
      ...copying(there, target, meanwhile),
      ...sequence(there, target, meanwhile),
      `DROP TABLE ${table}`,
      `ALTER TABLE ${identifier(meanwhile)} RENAME TO ${table}`,
      ...indexes.map(createIndex),
      ...triggers.map(createTrigger),
      'PRAGMA legacy_alter_table = OFF',
      'COMMIT',
      'PRAGMA foreign_keys = ON',
    ],
    note: [
      `Rebuilds ${target.table.name} in one transaction. Stop at the first error, with ROLLBACK: a row may not fit`,
      ...empty.map(withoutValue),
      ...lost.map(({ name }) => `The values in ${name} are lost`),
      ...(plan.foreignKeys ? ['Look at PRAGMA foreign_key_check behind it'] : []),
    ].join('. '),
    covers: first ? [first, ...rest] : [],
  };
}

/** The rows, under their rowids where nothing else says these. A conflict clause drops none. */
function copying(there: TableDefinition, target: TableDefinition, name: string): readonly string[] {
  const known = new Set(there.columns.map((column) => column.name));
  const columns = target.columns.filter(
    (column) => column.attributes['generated'] === null && known.has(column.name),
  );
  const names = columns.map((column) => identifier(column.name));
  const rowid = rowidToKeep(there, target, columns);
  const into = [...(rowid === null ? [] : [rowid]), ...names].join(', ');
  if (into === '') return [];
  const from = identifier(there.table.name);
  return [`INSERT OR ABORT INTO ${identifier(name)} (${into}) SELECT ${into} FROM ${from}`];
}

function rowidToKeep(
  there: TableDefinition,
  target: TableDefinition,
  copied: readonly SchemaObject[],
): string | null {
  const without = [there, target].some(({ table }) => table.attributes['withoutRowid'] === true);
  const alias = target.table.attributes['rowidAlias'];
  if (without || copied.some(({ name }) => name === alias)) return null;
  const taken = [...there.columns, ...target.columns].map(({ name }) => folded(name));
  return ['rowid', '_rowid_', 'oid'].find((name) => !taken.includes(name)) ?? null;
}

/** AUTOINCREMENT goes on from where it was, though the last rows be deleted. */
function sequence(
  there: TableDefinition,
  target: TableDefinition,
  meanwhile: string,
): readonly string[] {
  if (![there, target].every(({ table }) => table.attributes['autoincrement'] === true)) return [];
  const [now, before] = [meanwhile, there.table.name].map(
    (name) => `'${name.replaceAll("'", "''")}'`,
  );
  return [
    `DELETE FROM sqlite_sequence WHERE name = ${now}`,
    `INSERT INTO sqlite_sequence (name, seq) SELECT ${now}, seq FROM sqlite_sequence WHERE name = ${before}`,
  ];
}

function freeName(table: string, taken: ReadonlySet<string>): string {
  let name = `new_${table}`;
  while (taken.has(folded(name))) name += '_';
  return name;
}
