import { literal } from '../quoting.ts';
import type { SchemaObject } from '../../schema.ts';
import { list, qualified } from './statements.ts';

/** SQL for storage options such as `reloptions`: sorted texts, `fillfactor=70`. */
export function optionsOf(column: string): string {
  return `CASE WHEN ${column} IS NULL THEN ARRAY[]::pg_catalog.text[]
    ELSE ARRAY(SELECT o.option COLLATE "C" FROM pg_catalog.unnest(${column}) o(option) ORDER BY 1) END`;
}

/** ` WITH (fillfactor=E'70')`, or nothing. */
export function withOptions(object: SchemaObject): string {
  const options = list(object, 'options');
  return options.length === 0 ? '' : ` WITH (${options.map(assigned).join(', ')})`;
}

/** `ALTER word … SET (…)` and `RESET (…)` that lead from one object's options to another's. */
export function setOptions(word: string, expected: SchemaObject, actual: SchemaObject): string[] {
  return changedOptions(list(actual, 'options'), list(expected, 'options')).map(
    (action) => `ALTER ${word} ${qualified(expected)} ${action}`,
  );
}

/** `RESET (…)` and `SET (…)` that lead from one list of options to another. */
export function changedOptions(from: readonly string[], to: readonly string[]): string[] {
  const names = new Set(to.map(nameOf));
  const lost = from.map(nameOf).filter((name) => !names.has(name));
  const set = to.filter((option) => !from.includes(option)).map(assigned);
  return [
    ...(lost.length === 0 ? [] : [`RESET (${lost.join(', ')})`]),
    ...(set.length === 0 ? [] : [`SET (${set.join(', ')})`]),
  ];
}

function nameOf(option: string): string {
  return option.slice(0, option.indexOf('='));
}

function assigned(option: string): string {
  const name = nameOf(option);
  const value = option.slice(name.length + 1);
  return `${name}=${/^\w+$/.test(value) ? value : literal(value)}`;
}
