import { identifier, literal } from '../quoting.ts';
import type { SchemaObject } from '../../schema.ts';
import { list } from './statements.ts';

/** Stands for the value of an option that may be a password. */
const hidden = '(hidden)';

/** Names of options whose values may be a password, and values that may hold one. */
const secretName =
  '(pass|pwd|secret|token|credential|auth|(api|access|private|account|shared)_?key)';
const secretValue = String.raw`(pass(word)?|pwd|secret|token)\s*[=:]|://[^/\s]*:[^/\s]*@`;

/** SQL for options of a server, wrapper or user mapping; what may be a password is not read. */
export function foreignOptions(column: string): string {
  return `ARRAY(SELECT CASE WHEN pg_catalog.split_part(o.option, '=', 1) ~* '${secretName}' OR pg_catalog.substr(o.option, pg_catalog.strpos(o.option, '=') + 1) ~* '${secretValue}'
      THEN pg_catalog.split_part(o.option, '=', 1) || '=${hidden}' ELSE o.option END COLLATE "C"
    FROM pg_catalog.unnest(${column}) o(option) ORDER BY 1)`;
}

/** What to know before the object is made. */
export function hiddenNote(object: SchemaObject): string | null {
  const names = list(object, 'options')
    .map(optionOf)
    .filter((option) => !isKnown(option));
  return names.length === 0
    ? null
    : `What may be a password is not read: set ${names.map(({ name }) => name).join(', ')} by hand.`;
}

/** ` OPTIONS (host E'a')`, or nothing. */
export function createOptions(object: SchemaObject): string {
  const known = list(object, 'options').map(optionOf).filter(isKnown);
  return known.length === 0 ? '' : ` OPTIONS (${known.map(assigned).join(', ')})`;
}

/** ` OPTIONS (DROP port, SET host E'b')`, or nothing. */
export function alterOptions(expected: SchemaObject, actual: SchemaObject): string {
  const there = list(actual, 'options').map(optionOf);
  const wanted = list(expected, 'options').map(optionOf);
  const before = new Map(there.map(({ name, value }) => [name, value]));
  const names = new Set(wanted.map(({ name }) => name));
  const actions = [
    ...there.filter(({ name }) => !names.has(name)).map(({ name }) => `DROP ${identifier(name)}`),
    ...wanted
      .filter((option) => isKnown(option) && before.get(option.name) !== option.value)
      .map((option) => `${before.has(option.name) ? 'SET' : 'ADD'} ${assigned(option)}`),
  ];
  return actions.length === 0 ? '' : ` OPTIONS (${actions.join(', ')})`;
}

interface Option {
  readonly name: string;
  readonly value: string;
}

function optionOf(option: string): Option {
  const at = option.indexOf('=');
  return { name: option.slice(0, at), value: option.slice(at + 1) };
}

function isKnown({ value }: Option): boolean {
  return value !== hidden;
}

function assigned({ name, value }: Option): string {
  return `${identifier(name)} ${literal(value)}`;
}
