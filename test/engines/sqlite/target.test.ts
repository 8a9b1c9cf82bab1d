import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseSqliteTarget, type SqliteTarget } from '../../../src/engines/sqlite/target.ts';
import { JemError } from '../../../src/errors.ts';
import { temporaryFolder, type TemporaryFolder } from '../../support/folders.ts';

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

const parse = (text: string, cwd = folder.path): SqliteTarget =>
  parseSqliteTarget(text, { env: {}, cwd, home: '/nowhere', user: 'os-user' });

const codesOf = (text: string): string[] => parse(text).warnings.map(({ code }) => code);

function refusalOf(text: string): JemError {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof JemError && error.code === 'bad-database-url') return error;
    throw error;
  }
  throw new Error(`not refused: ${text}`);
}

test('what is understood and shown of a file', () => {
  const file = join(folder.path, 'a/x.db');
  expect(parse('./a/x.db')).toMatchObject({
    engine: 'sqlite',
    file,
    readonly: false,
    mustExist: false,
    busyTimeout: null,
    display: file,
    understood: { engine: 'sqlite', file, readonly: false, params: {} },
    warnings: [],
  });
});

test('invisible characters of a path are spelled out for the reader', () => {
  expect(parse('/a\nb\u001b[31m.db').display).toBe('/a\\nb\\u001b[31m.db');
});

test.each([':memory:', 'sqlite://', 'sqlite:///', 'sqlite:///:memory:', 'file::memory:', 'file:'])(
  '%s is in memory',
  (text) => {
    expect(parse(text)).toMatchObject({ file: null, display: ':memory:', warnings: [] });
    expect(parse(text).understood).toMatchObject({ file: null });
  },
);

describe('file: URIs', () => {
  test.each([
    ['file:x.db?mode=ro', { readonly: true, mustExist: true }],
    ['file:x.db?mode=rw', { readonly: false, mustExist: true }],
    ['file:x.db?mode=rwc', { readonly: false, mustExist: false }],
    ['file:x.db?mode=rw&mode=ro', { readonly: true, mustExist: true }],
    ['file:x.db?immutable=1', { readonly: true }],
    ['file:x.db?immutable=on', { readonly: true }],
    ['file:x.db?immutable=0', { readonly: false }],
    ['file:x.db?m%6Fde=r%6F', { readonly: true }],
    ['file:x.db?mode=memory', { file: null }],
    ['file:x.db?cache=shared', { params: { cache: 'shared' } }],
    ['file:/a/b.db', { file: '/a/b.db' }],
    ['file:///a/b.db', { file: '/a/b.db' }],
    ['file://localhost/a/b.db', { file: '/a/b.db' }],
    ['file:/a/%c3%a9%3F%23.db', { file: '/a/é?#.db' }],
    ['file:/a/b%00c.db', { file: '/a/b' }],
    ['file:/a/100%.db', { file: '/a/100%.db' }],
  ])('%s', (text, expected) => {
    expect(parse(text)).toMatchObject(expected);
  });

  test.each([
    ['file://host/x.db', /names a host/],
    ['file://x.db', /names a host/],
    ['file://u:hidden@h/x.db', /names a host/],
    ['file:x.db?mode=readonly', /Unknown mode=/],
    ['file:x.db?mode=', /Unknown mode=/],
    ['file:x.db?cache=hidden', /Unknown cache=/],
    ['file:x.db?vfs=unix-none', /vfs=/],
  ])('%s is refused', (text, title) => {
    const { message, details } = refusalOf(text);
    expect(message).toMatch(title);
    expect(details.hint).toBeTruthy();
    expect(message + details.why + details.hint).not.toContain('hidden');
  });
});

describe('sqlite: URLs', () => {
  test.each([
    ['sqlite:///x.db?timeout=0.5', { busyTimeout: 500 }],
    ['sqlite:///x.db?timeout=-1', { busyTimeout: 0 }],
    ['sqlite:////a/b%20c.db', { file: '/a/b c.db' }],
    ['sqlite+aiosqlite:////a/b.db', { file: '/a/b.db' }],
    ['sqlite:///file:/a/x.db?mode=ro&uri=true', { file: '/a/x.db', readonly: true }],
    ['sqlite:///file:/a/x.db?mode=ro&uri=1&timeout=2', { readonly: true, busyTimeout: 2000 }],
    ['sqlite:////a/x.db?mode=ro&uri=true', { file: '/a/x.db?mode=ro', readonly: false }],
    ['sqlite:////a/x.db?uri=false', { file: '/a/x.db' }],
  ])('%s', (text, expected) => {
    expect(parse(text)).toMatchObject(expected);
  });

  test.each([
    'sqlite:x.db',
    'sqlite:/x.db',
    'sqlite://x.db',
    'sqlite://user:hidden@host/x.db',
    'sqlite+pysqlcipher://:hidden@/x.db',
    'sqlite:///x.db?timeout=soon',
    'sqlite:///x.db?uri=hidden',
  ])('%s is refused', (text) => {
    const { message, details } = refusalOf(text);
    expect(details.hint).toMatch(/^Write /);
    expect(message + details.why + details.hint).not.toContain('hidden');
  });
});

describe('warned of where the other was likely meant', () => {
  beforeAll(async () => {
    await mkdir(join(folder.path, 'data/deep'), { recursive: true });
  });

  test('three slashes before what exists as an absolute folder', () => {
    const [warning] = parse(`sqlite:///${folder.path.slice(1)}/x.db`).warnings;
    expect(warning?.code).toBe('relative-sqlite-path');
    expect(warning?.message).toContain(`Write sqlite:////${folder.path.slice(1)}/x.db`);
    expect(parse('sqlite:///usr/x.db').warnings).toHaveLength(1);
  });

  test('four slashes before what exists in the working directory alone', () => {
    expect(codesOf('sqlite:////data/deep/x.db')).toEqual(['absolute-sqlite-path']);
  });

  test.each([
    ['sqlite:///x.db', []],
    ['sqlite:///data/x.db', []],
    ['sqlite:///new/x.db', []],
    [`sqlite:////tmp/x.db`, []],
    ['sqlite:////nowhere/x.db', []],
    ['x.db?mode=ro', ['path-with-query']],
    ['what?.db', []],
    ['my%20file.db', ['path-not-decoded']],
    ['100%.db', []],
    ['~/x.db', ['tilde-not-expanded']],
    ['sqlite:///~/x.db', ['tilde-not-expanded']],
    ['C:\\data\\x.db', ['drive-letter']],
    ['file:a#b.db', ['uri-fragment-ignored']],
    ['file:x.db?MODE=ro', ['parameter-ignored']],
    ['file:x.db?nolock=1', ['parameter-ignored']],
    ['sqlite:///x.db?mode=ro', ['parameter-ignored']],
    ['sqlite:///x.db?check_same_thread=false&timeout=3', []],
    ['file:x.db?mode=ro&cache=private&immutable=1', []],
    ['sqlite:////a/x.db?mode=ro&uri=true', ['path-with-query']],
    ['sqlite:///a?b.db', ['parameter-ignored']],
  ])('%s: %j', (text, codes) => {
    expect(codesOf(text)).toEqual(codes);
  });
});
