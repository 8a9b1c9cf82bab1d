import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sqliteToken, statementTokens } from './arbitraries.ts';
import { joinedScripts } from './joined-scripts.ts';
import { dialects, problem, split } from './support.ts';

const { SQLite } = dialects;

describe('splitting SQLite', () => {
  it.each<[string, string, string[]]>([
    ['foreign quotes', 'select [a;b], `c;``d`; e', ['select [a;b], `c;``d`', 'e']],
    ['comments that do not nest', 'a /* ; /* ; */; b', ['a', 'b']],
    ['a carriage return inside a comment', 'a -- b\r; c\n; d', ['a', 'd']],
    ['dollars that quote nothing', 'select $a$; b $$; c', ['select $a$', 'b $$', 'c']],
    ['no escape strings', String.raw`select e'\'; b`, [String.raw`select e'\'`, 'b']],
    ['a backslash', String.raw`a \ b; c`, [String.raw`a \ b`, 'c']],
  ])('%s', (_name, script, expected) => {
    expect(split(script, SQLite)).toEqual(expected);
  });

  it.each([
    'create trigger t after insert on a begin select 1; select 2; end',
    'CREATE TEMP TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; /* ; */ END',
    'create temporary trigger if not exists t after insert on a begin select 1; end',
    'create /* a */ trigger "t" instead of update on v begin select case when 1 then 2 end; end',
    'explain create trigger t after insert on a begin select 1; end',
    'create trigger t after insert on a begin insert into b (end) values (1); select end; end',
  ])('keeps %s whole', (text) => {
    expect(split(`${text}; select 1`, SQLite)).toEqual([text, 'select 1']);
    expect(split(text, SQLite)).toEqual([text]);
  });

  it.each<[string, object]>([
    ['.read other.sql', { offset: 0, found: '.read' }],
    ['select 1;\n.import f t', { offset: 10, found: '.import' }],
    ['select 1;\n\\i other.sql', { offset: 10, found: '\\i' }],
  ])('refuses %s', (script, expected) => {
    expect(problem(script, SQLite)).toMatchObject({ kind: 'meta-command', ...expected });
  });

  it.each<[string, object]>([
    ['select [a', { offset: 7, found: 'quoted name' }],
    ['select `a', { offset: 7, found: 'quoted name' }],
    ['create trigger t begin select 1; select 2;', { offset: 17, found: 'BEGIN … END body' }],
  ])('refuses the unterminated %s', (script, expected) => {
    expect(problem(script, SQLite)).toMatchObject({ kind: 'unterminated', ...expected });
  });

  it('gives back the statements that were joined', () => {
    fc.assert(
      fc.property(joinedScripts(statementTokens(sqliteToken)), ({ statements, script }) => {
        expect(split(script, SQLite)).toEqual(statements);
      }),
      { numRuns: 500 },
    );
  });
});
