import type { SchemaObject, SchemaValue } from '../../schema.ts';
import { identifier } from './keywords.ts';

/** A table with its own columns and constraints. */
export interface TableDefinition {
  readonly table: SchemaObject;
  /** In the order in which they shall stand. */
  readonly columns: readonly SchemaObject[];
  readonly constraints: readonly SchemaObject[];
}

/** The CREATE TABLE of a table, which may be given another name for a while. */
export function createTable(definition: TableDefinition, name = definition.table.name): string {
  const { table, columns, constraints } = definition;
  const { primaryKey, strict, withoutRowid } = table.attributes;
  const inline = columns.find((column) => isWholeKey(column, table));
  const lines = [
    ...columns.map((column) => columnText(column, column === inline ? table : null)),
    ...(primaryKey === null || inline ? [] : [primaryKeyText(table)]),
    ...constraints.map(constraintText),
  ];
  const options = [strict === true && 'STRICT', withoutRowid === true && 'WITHOUT ROWID'];
  const tail = options.filter(Boolean).join(', ');
  const body = lines.map((line) => `  ${line}`).join(',\n');
  return `CREATE TABLE ${identifier(name)} (\n${body}\n)${tail && ` ${tail}`}`;
}

/** Whether a column is the primary key, so that this can stand behind it. */
function isWholeKey({ name }: SchemaObject, { attributes }: SchemaObject): boolean {
  const column = identifier(name);
  return attributes['primaryKey'] === column || attributes['primaryKey'] === `${column} DESC`;
}

/** A column as CREATE TABLE and ADD COLUMN write it; `keyOf`: the table whose key it is. */
export function columnText(column: SchemaObject, keyOf: SchemaObject | null = null): string {
  const { type, notNull, notNullName, notNullConflict, collation, generated, expression } =
    column.attributes;
  return phrase(
    identifier(column.name),
    type,
    keyOf && inlineKeyText(keyOf),
    notNull === true && phrase(named(notNullName), 'NOT NULL', conflictText(notNullConflict)),
    said('DEFAULT', column.attributes['default']),
    said('COLLATE', collation),
    generated !== null &&
      `GENERATED ALWAYS AS (${text(expression)}) ${text(generated).toUpperCase()}`,
  );
}

function inlineKeyText({ attributes }: SchemaObject): string {
  const { primaryKey, primaryKeyName, primaryKeyConflict, autoincrement } = attributes;
  return phrase(
    named(primaryKeyName),
    'PRIMARY KEY',
    text(primaryKey).endsWith(' DESC') && 'DESC',
    conflictText(primaryKeyConflict),
    autoincrement === true && 'AUTOINCREMENT',
  );
}

function primaryKeyText({ attributes }: SchemaObject): string {
  const { primaryKey, primaryKeyName, primaryKeyConflict } = attributes;
  const key = `PRIMARY KEY (${text(primaryKey)})`;
  return phrase(named(primaryKeyName), key, conflictText(primaryKeyConflict));
}

/** A constraint as a table has it. */
function constraintText({ attributes }: SchemaObject): string {
  const { kind, constraintName, expression, key, conflict } = attributes;
  const name = named(constraintName);
  if (kind === 'check') return phrase(name, `CHECK (${text(expression)})`);
  if (kind === 'unique') return phrase(name, `UNIQUE (${text(key)})`, conflictText(conflict));
  return phrase(name, `FOREIGN KEY (${text(key)})`, referencesText(attributes));
}

/** A constraint as it can stand behind the column that it is about. */
export function constraintOfColumn(constraint: SchemaObject): string {
  const { kind, constraintName } = constraint.attributes;
  return kind === 'foreign key'
    ? phrase(named(constraintName), referencesText(constraint.attributes))
    : constraintText(constraint);
}

function referencesText(attributes: SchemaObject['attributes']): string {
  const { references, referencedKey, onDelete, onUpdate, match, initiallyDeferred } = attributes;
  return phrase(
    `REFERENCES ${identifier(text(references))}`,
    referencedKey !== null && `(${text(referencedKey)})`,
    said('ON DELETE', onDelete),
    said('ON UPDATE', onUpdate),
    said('MATCH', match),
    initiallyDeferred === true && 'DEFERRABLE INITIALLY DEFERRED',
  );
}

export function createIndex({ name, table, attributes }: SchemaObject): string {
  const { unique, key, where } = attributes;
  return phrase(
    unique === true ? 'CREATE UNIQUE INDEX' : 'CREATE INDEX',
    `${identifier(name)} ON ${identifier(table ?? '')} (${text(key)})`,
    said('WHERE', where),
  );
}

export function createView({ name, attributes }: SchemaObject): string {
  const { columnNames, definition } = attributes;
  return phrase(
    `CREATE VIEW ${identifier(name)}`,
    columnNames !== null && `(${text(columnNames)})`,
    `AS ${text(definition)}`,
  );
}

export function createVirtualTable({ name, attributes }: SchemaObject): string {
  const { module, arguments: given } = attributes;
  const uses = `${identifier(text(module))}${given === null ? '' : `(${text(given)})`}`;
  return `CREATE VIRTUAL TABLE ${identifier(name)} USING ${uses}`;
}

export function createTrigger({ name, table, attributes }: SchemaObject): string {
  const { timing, event, of, when, body } = attributes;
  const columns = Array.isArray(of) ? `OF ${of.map(String).map(identifier).join(', ')}` : null;
  const head = phrase(
    ...['CREATE TRIGGER', identifier(name), timing, event, columns, 'ON', identifier(table ?? '')],
    said('WHEN', when),
  );
  return `${head} BEGIN\n${text(body)}\nEND`;
}

function named(name: SchemaValue | undefined): string | null {
  return typeof name === 'string' ? `CONSTRAINT ${identifier(name)}` : null;
}

function conflictText(conflict: SchemaValue | undefined): string | null {
  return said('ON CONFLICT', conflict);
}

function said(words: string, value: SchemaValue | undefined): string | null {
  return typeof value === 'string' ? `${words} ${value}` : null;
}

function phrase(...words: readonly (SchemaValue | undefined)[]): string {
  return words.filter((word) => typeof word === 'string').join(' ');
}

function text(value: SchemaValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
