import { identifier, literal } from '../quoting.ts';
import type { SchemaObject } from '../../schema.ts';
import { dollarQuote } from './dollar-quote.ts';
import { entriesOf, namesWithout } from './entries.ts';
import { routineAddress, routineName } from './routine.ts';
import { flag, list, text } from './statements.ts';

/** Settings that hold a list of names; each has to be quoted by itself (guc_tables.c, GUC_LIST_QUOTE). */
const listSettings: ReadonlySet<string> = new Set([
  'local_preload_libraries',
  'search_path',
  'session_preload_libraries',
  'shared_preload_libraries',
  'temp_tablespaces',
  'unix_socket_directories',
]);

/** Attributes that ALTER FUNCTION cannot change, and CREATE OR REPLACE can. */
const replaced = ['body', 'library', 'language', 'defaults', 'transforms', 'support'];

/** `how` as CREATE FUNCTION has it. */
export function createFunction(object: SchemaObject, how: 'CREATE' | 'CREATE OR REPLACE'): string {
  const defaults = new Map(
    entriesOf(list(object, 'defaults')).map(({ name, value }) => [name, value]),
  );
  const parameters = list(object, 'arguments').map((argument, index) => {
    const value = defaults.get(String(index + 1));
    return value === undefined ? argument : `${argument} DEFAULT ${value}`;
  });
  const returns = text(object, 'returns');
  return [
    `${how} ${routineAddress(object).word} ${routineName(object)}(${parameters.join(', ')})`,
    ...(returns === null ? [] : [` RETURNS ${returns}`]),
    ` LANGUAGE ${identifier(text(object, 'language') ?? '')}`,
    ...clauses(object).map((clause) => ` ${clause}`),
    body(object),
  ].join('\n');
}

/** Null: the arguments or the result differ, and no statement changes those. */
export function alterFunction(
  expected: SchemaObject,
  actual: SchemaObject,
  attributes: ReadonlySet<string>,
): string[] | null {
  const lost = namesWithout(
    entriesOf(list(actual, 'defaults')),
    entriesOf(list(expected, 'defaults')),
  );
  if (attributes.has('arguments') || attributes.has('returns') || lost.length > 0) return null;
  if (replaced.some((name) => attributes.has(name)))
    return [createFunction(expected, 'CREATE OR REPLACE')];
  const { word, name } = routineAddress(expected);
  const actions = [...attributes].flatMap((attribute) => {
    if (attribute === 'settings') return changedSettings(expected, actual);
    const action = actionsOf[attribute];
    return action ? [action(expected)] : [];
  });
  return actions.length === 0 ? [] : [`ALTER ${word} ${name} ${actions.join(' ')}`];
}

const actionsOf: Readonly<Record<string, (object: SchemaObject) => string>> = {
  volatility: (object) => (text(object, 'volatility') ?? '').toUpperCase(),
  strict: (object) => (flag(object, 'strict') ? 'STRICT' : 'CALLED ON NULL INPUT'),
  securityDefiner: (object) =>
    `SECURITY ${flag(object, 'securityDefiner') ? 'DEFINER' : 'INVOKER'}`,
  leakproof: (object) => (flag(object, 'leakproof') ? 'LEAKPROOF' : 'NOT LEAKPROOF'),
  parallel: (object) => `PARALLEL ${(text(object, 'parallel') ?? '').toUpperCase()}`,
  cost: (object) => `COST ${text(object, 'cost')}`,
  rows: (object) => `ROWS ${text(object, 'rows')}`,
};

/** What differs from what a new function has. */
function clauses(object: SchemaObject): string[] {
  const language = text(object, 'language') ?? '';
  const usualCost = ['c', 'internal'].includes(language) ? '1' : '100';
  const unusual: Readonly<Record<string, boolean>> = {
    volatility: text(object, 'volatility') !== 'volatile',
    strict: flag(object, 'strict'),
    securityDefiner: flag(object, 'securityDefiner'),
    leakproof: flag(object, 'leakproof'),
    parallel: text(object, 'parallel') !== 'unsafe',
    cost: text(object, 'cost') !== usualCost,
    rows: !['0', '1000'].includes(text(object, 'rows') ?? '0'),
  };
  const types = list(object, 'transforms').map((type) => `FOR TYPE ${type}`);
  const support = text(object, 'support');
  return [
    ...(types.length === 0 ? [] : [`TRANSFORM ${types.join(', ')}`]),
    ...(object.type === 'window function' ? ['WINDOW'] : []),
    ...Object.entries(actionsOf).flatMap(([name, action]) =>
      unusual[name] ? [action(object)] : [],
    ),
    ...(support === null ? [] : [`SUPPORT ${support}`]),
    ...list(object, 'settings').map(setClause),
  ];
}

function body(object: SchemaObject): string {
  const source = text(object, 'body') ?? '';
  const library = text(object, 'library');
  if (library !== null) return `AS ${literal(library)}, ${literal(source)}`;
  // The catalog holds no text of such a body, only what was parsed.
  if (text(object, 'language') === 'sql' && /^(BEGIN ATOMIC|RETURN)\s/.test(source)) return source;
  return `AS ${dollarQuote(source, 'function')}`;
}

function changedSettings(expected: SchemaObject, actual: SchemaObject): string[] {
  const [wanted, there] = [list(expected, 'settings'), list(actual, 'settings')];
  const names = new Set(wanted.map(settingName));
  return [
    ...there
      .map(settingName)
      .filter((name) => !names.has(name))
      .map((name) => `RESET ${name}`),
    ...wanted.filter((setting) => !there.includes(setting)).map(setClause),
  ];
}

function settingName(setting: string): string {
  return setting.slice(0, setting.indexOf('='));
}

function setClause(setting: string): string {
  const name = settingName(setting);
  const value = setting.slice(name.length + 1);
  if (!listSettings.has(name)) return `SET ${name} TO ${literal(value)}`;
  const parts = [...value.matchAll(/"((?:[^"]|"")*)"|[^,\s]+/g)].map(([whole, quoted]) =>
    literal(quoted?.replaceAll('""', '"') ?? whole),
  );
  return `SET ${name} TO ${parts.length === 0 ? literal('') : parts.join(', ')}`;
}
