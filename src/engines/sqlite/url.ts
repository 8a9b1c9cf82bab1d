import type { Warning } from '../engine.ts';
import { refusal } from './refusal.ts';
import { percentDecode, readFileUri, type Reading } from './uri.ts';

/** What pysqlite takes for itself; the rest belongs to a `file:` URI, and only with uri=true. */
const ownParams = new Set([
  'uri',
  'timeout',
  'isolation_level',
  'detect_types',
  'check_same_thread',
  'cached_statements',
  'autocommit',
]);

/** Reads `sqlite:///x.db?timeout=5` as SQLAlchemy does. Throws `bad-database-url`. */
export function readSqliteUrl(text: string): Reading {
  const [, rest] = /^sqlite(?:\+[\w.-]+)?:\/\/(?=[/?]|$)(.*)$/s.exec(text) ?? [];
  if (rest === undefined) throw malformed();
  const query = rest.indexOf('?');
  const database = percentDecode((query < 0 ? rest : rest.slice(0, query)).slice(1));
  const params = query < 0 ? new Map<string, string>() : parametersOf(rest.slice(query + 1));
  if (asBoolean(params.get('uri'))) return throughUri(database, params);

  const ignored = [...params.keys()].filter((name) => !ownParams.has(name));
  const kept = [...params].filter(([name]) => ownParams.has(name));
  const cutOff = query >= 0 && params.size === 0 ? [cutOffWarning] : [];
  const warnings = [...ignored.map(ignoredWarning), ...cutOff];
  return { name: database, params: new Map(kept), warnings };
}

const cutOffWarning: Warning = {
  code: 'parameter-ignored',
  message:
    'What follows the ? of the sqlite: URL has no effect. Write a ? in the file name as %3F.',
};

function malformed(): Error {
  return refusal(
    'The sqlite: URL is malformed',
    'It names no host: two slashes are followed by a third and the path, so three slashes start a relative path and four an absolute one.',
    'Write sqlite:///x.db, sqlite:////folder/x.db or sqlite:///:memory:.',
  );
}

function ignoredWarning(name: string): Warning {
  const known = /^(mode|cache|immutable|nolock|vfs)$/.test(name);
  const word = known ? `"${name}"` : 'A parameter';
  return {
    code: 'parameter-ignored',
    message: known
      ? `${word} has no effect in a sqlite: URL by itself. Write file:x.db?${name}=… instead, or add uri=true to sqlite:///file:x.db?${name}=….`
      : `${word} of the sqlite: URL is unknown and has no effect.`,
  };
}

/** With uri=true SQLAlchemy hands everything else on to SQLite, which reads it only behind `file:`. */
function throughUri(database: string, params: ReadonlyMap<string, string>): Reading {
  const own = [...params].filter(([name]) => ownParams.has(name));
  const others = [...params].filter(([name]) => !ownParams.has(name));
  const query = others.map(([name, value]) => `${name}=${value}`).join('&');
  const name = query === '' ? database : `${database}?${query}`;
  if (!database.startsWith('file:'))
    return { name, params: new Map(own), warnings: query === '' ? [] : [notUriWarning] };
  const reading = readFileUri(name);
  return { ...reading, params: new Map([...own, ...reading.params]) };
}

const notUriWarning: Warning = {
  code: 'path-with-query',
  message:
    'With uri=true SQLite reads parameters only behind file:, else they belong to the name of the file. Write sqlite:///file:/folder/x.db?… .',
};

function parametersOf(query: string): Map<string, string> {
  const params = new Map<string, string>();
  for (const piece of query.split('&')) {
    const equals = piece.indexOf('=');
    const value = equals < 0 ? '' : piece.slice(equals + 1);
    if (value !== '') params.set(plus(piece.slice(0, equals)), plus(value));
  }
  return params;
}

const plus = (text: string): string => percentDecode(text.replaceAll('+', ' '));

function asBoolean(value: string | undefined): boolean {
  if (value === undefined) return false;
  const word = value.trim().toLowerCase();
  if (['true', 'yes', 'on', 'y', 't', '1'].includes(word)) return true;
  if (['false', 'no', 'off', 'n', 'f', '0'].includes(word)) return false;
  throw refusal('The sqlite: URL has an invalid uri=', 'It is true or false.', 'Write uri=true.');
}
