import { describe, expect, it } from 'vitest';
import { splitStatements } from '../../src/sql/statements.ts';
import { dialects, heads, problem, split } from './support.ts';

const { SQLite } = dialects;

describe.each(Object.entries(dialects))('splitting %s', (_, dialect) => {
  it.each<[string, string, string[]]>([
    ['two statements', 'select 1; select 2;', ['select 1', 'select 2']],
    ['no last semicolon', 'select 1;\nselect 2\n', ['select 1', 'select 2']],
    ['empty statements', ';; select 1;; ;', ['select 1']],
    ['an empty file', '', []],
    ['a file of comments', '-- a;\n/* b; */\n', []],
    ['a comment without a line end', '-- a', []],
    ['leading comments', '-- a\n/* b */ select 1', ['select 1']],
    ['a comment inside', 'select /* ; */ 1 -- ;\n;', ['select /* ; */ 1']],
    ['a comment at the end', 'select 1 -- end', ['select 1']],
    ['a string', "select 'a;b', 'it''s;'; select 2", ["select 'a;b', 'it''s;'", 'select 2']],
    [
      'a backslash in a string',
      String.raw`select '\'; select 2`,
      [String.raw`select '\'`, 'select 2'],
    ],
    ['a quoted name', 'select "a;""b;"; select 2', ['select "a;""b;"', 'select 2']],
    ['CRLF', 'select 1;\r\nselect\r\n2;\r\n', ['select 1', 'select\r\n2']],
    ['a byte order mark', '\ufeffselect 1', ['select 1']],
    ['characters beyond ASCII', "select 'é;🐘' as ñ; select 2", ["select 'é;🐘' as ñ", 'select 2']],
    ['a semicolon in parentheses', 'a (b; (c);) d; e', ['a (b; (c);) d', 'e']],
    ['a closing parenthesis too many', 'a ); b', ['a )', 'b']],
    ['begin and end as statements', 'begin; select 1; end;', ['begin', 'select 1', 'end']],
  ])('%s', (_name, script, expected) => {
    expect(split(script, dialect)).toEqual(expected);
  });

  it('says where a statement is', () => {
    const bytes = Buffer.from('\ufeff-- é\n select 1 ; ');
    expect([...splitStatements(bytes, dialect)]).toEqual([
      { start: 10, end: 18, head: 'SELECT 1' },
    ]);
  });

  it.each([60, 61, 62, 63, 64, 65, 66, 200])('reads a string of %i characters', (length) => {
    const text = `select '${'a'.repeat(length)}'';${'b'.repeat(length)}'`;
    expect(split(`${text};c`, dialect)).toEqual([text, 'c']);
  });

  it('is lazy', () => {
    const statements = splitStatements(Buffer.from("select 1; select '"), dialect);
    expect(statements.next().value).toMatchObject({ head: 'SELECT 1' });
    expect(() => statements.next()).toThrow('never closed');
  });

  it.each<[string, string, object]>([
    ['string', "select 1; select 'a", { kind: 'unterminated', offset: 17, found: 'string' }],
    ['quoted name', 'select "a', { kind: 'unterminated', offset: 7, found: 'quoted name' }],
    ['comment', 'select 1; /* a', { kind: 'unterminated', offset: 10, found: 'comment' }],
    ['parenthesis', 'a (b (c); d', { kind: 'unterminated', offset: 2, found: 'parenthesis' }],
    ['copy', 'a; copy "t" (a, b) from stdin;\n1\t2\n', { kind: 'copy-from-stdin', offset: 3 }],
    ['null byte', 'select\0', { kind: 'null-byte', offset: 6 }],
  ])('refuses an unterminated %s', (_name, script, expected) => {
    expect(problem(script, dialect)).toMatchObject(expected);
  });

  it.each<[string, number[], number]>([
    ['Latin-1', [0x61, 0xc3, 0xa9, 0x0a, 0xe9, 0x62], 4],
    ['a character cut off', [0x61, 0xf0, 0x9f, 0x90], 1],
    ['a stray continuation', [0x61, 0x80], 1],
    ['a surrogate', [0xed, 0xa0, 0x80], 0],
    ['UTF-16, little endian', [0xff, 0xfe, 0x61, 0x00], 0],
    ['UTF-16, big endian', [0xfe, 0xff, 0x00, 0x61], 0],
  ])('refuses %s', (_name, bytes, offset) => {
    const found = problem(Uint8Array.from(bytes), dialect);
    expect(found).toMatchObject({ kind: 'not-utf8', offset });
  });
});

describe('heads', () => {
  it.each([
    ['insert into t (a) values (1)', 'INSERT INTO'],
    [
      'create /* a */ unique -- b\n index concurrently i on t (a)',
      'CREATE UNIQUE INDEX CONCURRENTLY',
    ],
    ['alter table "a b"."c" detach partition d', 'ALTER TABLE "" "" DETACH PARTITION D'],
    ["pragma journal_mode = 'wal'", "PRAGMA JOURNAL_MODE ''"],
    ['PRAGMA main.foreign_keys(0)', 'PRAGMA MAIN FOREIGN_KEYS 0'],
    ['(select 1)', 'SELECT 1'],
  ])('of %s', (script, head) => {
    expect(heads(script, SQLite)).toEqual([head]);
  });
});
