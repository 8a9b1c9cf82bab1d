import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { postgresToken, statementTokens } from './arbitraries.ts';
import { joinedScripts } from './joined-scripts.ts';
import { dialects, problem, split } from './support.ts';

const { PostgreSQL } = dialects;

describe('splitting PostgreSQL', () => {
  it.each<[string, string, string[]]>([
    ['dollar quotes', 'do $$ a; b $$; c', ['do $$ a; b $$', 'c']],
    ['tagged dollar quotes', 'do $a$ ; $$ ; $b$ ; $a$; c', ['do $a$ ; $$ ; $b$ ; $a$', 'c']],
    ['a dollar in a name', 'select a$b$; c$b$; d', ['select a$b$', 'c$b$', 'd']],
    ['parameters', 'select $1; select $2', ['select $1', 'select $2']],
    ['a dollar behind a parameter', 'a $1$; b $1$; c', ['a $1$', 'b $1$', 'c']],
    ['an escape string', String.raw`select E'\';' ; b`, [String.raw`select E'\';'`, 'b']],
    ['an escape string that goes on', "select E'a'\n'\\';' ; b", ["select E'a'\n'\\';'", 'b']],
    ['unicode quotes', String.raw`a U&'\' ; b U&";" ; c`, [String.raw`a U&'\'`, 'b U&";"', 'c']],
    ['nested comments', 'a /* ; /* ; */ ; */ ; b', ['a', 'b']],
    ['a carriage return that ends a comment', 'a -- b\r; c', ['a', 'c']],
    ['operators before a comment', 'a+--;\n1; b*/*;*/2; c', ['a+--;\n1', 'b*/*;*/2', 'c']],
    [
      'a rule',
      'create rule r as on insert to t do (a; b); c',
      ['create rule r as on insert to t do (a; b)', 'c'],
    ],
  ])('%s', (_name, script, expected) => {
    expect(split(script, PostgreSQL)).toEqual(expected);
  });

  it.each([
    'create function f() returns int begin atomic select 1; select 2; end',
    'CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN /* ; */ ATOMIC SELECT 1; END',
    'create or replace procedure p(a int default (1)) begin atomic insert into t values (1); end',
    'create procedure p() begin atomic select case when a then case b when 1 then 2 end end; end',
    'create function f() returns int begin atomic select (case when a then 1 end); select 1; end',
    'create function f() returns int begin atomic select 1 as end; select t.end from t; end',
    'create function f() returns int return 1',
    "create function f() returns int language sql as 'a; b'",
    "create function f() returns atomic language c as 'a'",
    'create function begin() returns int return 1',
  ])('keeps %s whole', (text) => {
    expect(split(`${text}; select 1`, PostgreSQL)).toEqual([text, 'select 1']);
  });

  it.each<[string, object]>([
    [String.raw`\i other.sql`, { offset: 0, found: '\\i' }],
    ['select 1;\n\\copy t from f\n', { offset: 10, found: '\\copy' }],
    ['select 1 \\gexec', { offset: 9, found: '\\gexec' }],
    ['\\restrict abc', { found: '\\restrict' }],
    ['\\connect postgres://u:pass@h', { found: '\\connect' }],
    ['\\.', { found: '\\.' }],
    ['select (1 \\; 2)', { offset: 10, found: '\\;' }],
  ])('refuses %s', (script, expected) => {
    const found = problem(script, PostgreSQL);
    expect(found).toMatchObject({ kind: 'meta-command', ...expected });
  });

  it.each(['copy t from stdin', 'COPY binary a.b (c) FROM /* */ STDIN WITH (format csv)'])(
    'refuses %s',
    (script) => {
      expect(problem(script, PostgreSQL)).toMatchObject({ kind: 'copy-from-stdin' });
    },
  );

  it.each([
    "copy t from '/tmp/f'",
    "copy stdin to '/tmp/f'",
    'copy (select a from stdin) to stdout',
    'copy "from" to stdout',
  ])('takes %s', (script) => {
    expect(split(script, PostgreSQL)).toEqual([script]);
  });

  it.each<[string, object]>([
    ['do $a$ x $b$', { offset: 3, found: '$a$ string' }],
    ['/* /* */ a', { offset: 0, found: 'comment' }],
    ["select E'\\'", { offset: 7, found: 'string' }],
    ['create function f() begin atomic a; b;', { offset: 20, found: 'BEGIN … END body' }],
  ])('refuses the unterminated %s', (script, expected) => {
    expect(problem(script, PostgreSQL)).toMatchObject({ kind: 'unterminated', ...expected });
  });

  it('gives back the statements that were joined', () => {
    const inside = fc.oneof(postgresToken, fc.constant(';'));
    fc.assert(
      fc.property(
        joinedScripts(statementTokens(postgresToken, inside)),
        ({ statements, script }) => {
          expect(split(script, PostgreSQL)).toEqual(statements);
        },
      ),
      { numRuns: 500 },
    );
  });
});
