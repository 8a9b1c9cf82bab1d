import { identifier, literal } from '../quoting.ts';

/** `OPTIONS (table_name E'x')` of a foreign table or its column for `table_name=x`, or nothing. */
export function fdwOptions(options: readonly string[]): string[] {
  return options.length === 0 ? [] : [`OPTIONS (${options.map(written).join(', ')})`];
}

/** `OPTIONS (SET …, DROP …)` that leads from one list to another; they differ. */
export function changedFdwOptions(from: readonly string[], to: readonly string[]): string {
  const known = new Set(from.map(nameOf));
  const wanted = new Set(to.map(nameOf));
  return `OPTIONS (${[
    ...[...known].filter((name) => !wanted.has(name)).map((name) => `DROP ${identifier(name)}`),
    ...to
      .filter((option) => !from.includes(option))
      .map((option) => `${known.has(nameOf(option)) ? 'SET' : 'ADD'} ${written(option)}`),
  ].join(', ')})`;
}

function nameOf(option: string): string {
  return option.slice(0, option.indexOf('='));
}

function written(option: string): string {
  const name = nameOf(option);
  return `${identifier(name)} ${literal(option.slice(name.length + 1))}`;
}
