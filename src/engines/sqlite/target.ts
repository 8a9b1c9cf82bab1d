import { resolve } from 'node:path';
import type { Environment, Target, Warning } from '../engine.ts';
import { likelyOther } from './likely-other.ts';
import { refusal } from './refusal.ts';
import { readFileUri, type Reading } from './uri.ts';
import { readSqliteUrl } from './url.ts';

/** A SQLite database as named by the user. */
export interface SqliteTarget extends Target {
  readonly engine: 'sqlite';
  /** Absolute path; null: in memory, gone when the connection closes. */
  readonly file: string | null;
  readonly readonly: boolean;
  /** `mode=rw`, `mode=ro`: a missing file is an error even where one would be created. */
  readonly mustExist: boolean;
  /** How long to wait for another writer, in milliseconds; null: the tool's own. */
  readonly busyTimeout: number | null;
  readonly params: Readonly<Record<string, string>>;
}

/**
 * Reads a path, `:memory:`, a `file:` URI as SQLite does, or a `sqlite:` URL as SQLAlchemy does.
 * Throws `bad-database-url`. Opens nothing.
 */
export function parseSqliteTarget(text: string, { cwd }: Environment): SqliteTarget {
  const { name, params, warnings } = readingOf(text);
  if (name.includes('\0'))
    throw refusal('The path holds a NUL character', 'No file can.', 'Remove it.');
  const access = accessOf(params);
  const inMemory = name === '' || name === ':memory:' || access.mode === 'memory';
  const file = inMemory ? null : resolve(cwd, name);
  const plain = Object.fromEntries(params);

  const target: SqliteTarget = {
    engine: 'sqlite',
    file,
    readonly: access.readonly,
    mustExist: access.mode === 'ro' || access.mode === 'rw',
    busyTimeout: busyTimeoutOf(params.get('timeout')),
    params: plain,
    display: file === null ? ':memory:' : visible(file),
    understood: { engine: 'sqlite', file, readonly: access.readonly, params: plain },
    warnings: [...warnings, ...access.warnings, ...likelyOther(text, { name, cwd })],
    async open(options) {
      const { openSqlite } = await import('./connection.ts');
      return openSqlite(target, options);
    },
  };
  return target;
}

function readingOf(text: string): Reading {
  if (text.startsWith('file:')) return readFileUri(text);
  if (/^sqlite(\+[\w.-]+)?:/.test(text)) return readSqliteUrl(text);
  return { name: text, params: new Map(), warnings: [] };
}

interface Access {
  readonly mode: string | undefined;
  readonly readonly: boolean;
  readonly warnings: readonly Warning[];
}

/** The parameters of a `file:` URI. better-sqlite3 takes no URI, so they are mapped by hand. */
function accessOf(params: ReadonlyMap<string, string>): Access {
  const mode = params.get('mode');
  const cache = params.get('cache');
  if (mode !== undefined && !['ro', 'rw', 'rwc', 'memory'].includes(mode))
    throw refusal(
      'Unknown mode= for the SQLite file',
      'SQLite knows four.',
      'Write mode=ro, rw, rwc or memory.',
    );
  if (cache !== undefined && !['shared', 'private'].includes(cache))
    throw refusal(
      'Unknown cache= for the SQLite file',
      'SQLite knows two.',
      'Write cache=shared or private.',
    );
  if (params.has('vfs'))
    throw refusal(
      'vfs= is not supported',
      'It changes how SQLite reads the file.',
      'Leave it out.',
    );
  return {
    mode,
    readonly: mode === 'ro' || isTrue(params.get('immutable')),
    warnings: [...params.keys()].filter((name) => !effective.has(name)).map(ineffective),
  };
}

const effective = new Set([
  'mode',
  'cache',
  'immutable',
  'timeout',
  'uri',
  'isolation_level',
  'detect_types',
  'check_same_thread',
  'cached_statements',
  'autocommit',
]);

function ineffective(name: string): Warning {
  const lower = name.toLowerCase();
  const meant = effective.has(lower) && lower !== name ? ` Did you mean ${lower}?` : '';
  return {
    code: 'parameter-ignored',
    message: `${/^\w{1,40}$/.test(name) ? `"${name}"` : 'A parameter'} has no effect on the SQLite file.${meant}`,
  };
}

/** SQLite's idea of a true parameter. */
function isTrue(value: string | undefined): boolean {
  if (value === undefined) return false;
  return /^(yes|true|on)$/i.test(value) || Number.parseInt(value, 10) > 0;
}

function busyTimeoutOf(seconds: string | undefined): number | null {
  if (seconds === undefined) return null;
  const value = Number(seconds);
  if (seconds.trim() !== '' && Number.isFinite(value)) return Math.max(0, Math.round(value * 1000));
  throw refusal(
    'timeout= is not a number',
    'It is in seconds, as in SQLAlchemy.',
    'Write timeout=5.',
  );
}

/** A path on one line, its invisible characters spelled out. */
function visible(path: string): string {
  return path.replace(/\p{C}/gu, (character) => JSON.stringify(character).slice(1, -1));
}
