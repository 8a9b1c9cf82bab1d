import { identifier } from '../quoting.ts';
import type { SchemaObject } from '../../schema.ts';
import { fdwOptions } from './fdw-options.ts';
import { flag, list, text } from './statements.ts';

/** A column as CREATE TABLE and ADD COLUMN have it. */
export function columnDefinition(column: SchemaObject): string {
  return [
    identifier(column.name),
    text(column, 'dataType') ?? '',
    ...fdwOptions(list(column, 'fdwOptions')),
    ...(text(column, 'collation') === null ? [] : [`COLLATE ${text(column, 'collation')}`]),
    ...columnConstraints(column),
  ].join(' ');
}

/** What stands behind the type: also all that a column of a typed table can say. */
export function columnConstraints(column: SchemaObject): string[] {
  const generated = text(column, 'generated');
  const identity = text(column, 'identity');
  return [
    ...(text(column, 'default') === null ? [] : [`DEFAULT ${text(column, 'default')}`]),
    ...(generated === null
      ? []
      : [`GENERATED ALWAYS AS (${text(column, 'expression')}) ${generated.toUpperCase()}`]),
    ...(identity === null ? [] : [identityClause(column)]),
    ...(flag(column, 'notNull') ? ['NOT NULL'] : []),
  ];
}

/** `GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME … START WITH 1 …)`. */
export function identityClause(column: SchemaObject): string {
  const options = [
    `SEQUENCE NAME ${text(column, 'identitySequence')}`,
    ...list(column, 'identityOptions'),
  ];
  return `GENERATED ${text(column, 'identity')?.toUpperCase()} AS IDENTITY (${options.join(' ')})`;
}

/** `storage` in the words of ALTER COLUMN; null: the default of the type. */
export function storageWord(column: SchemaObject, major: number): string {
  const storage = text(column, 'storage');
  if (storage !== null) return storage.toUpperCase();
  if (major >= 16) return 'DEFAULT';
  // Older servers have no word for it; a type that knows only PLAIN cannot have got another.
  return /^(numeric|inet|cidr)\b(?!.*\[)/.test(text(column, 'dataType') ?? '')
    ? 'MAIN'
    : 'EXTENDED';
}
