import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prefixChecksum, tokenChecksum } from '../../src/sql/checksum.ts';
import { gap, postgresToken, sqliteToken, statementTokens } from './arbitraries.ts';
import { dialects } from './support.ts';

const { PostgreSQL, SQLite } = dialects;

const sum = (script: string, dialect = PostgreSQL) => tokenChecksum(Buffer.from(script), dialect);

describe('the checksum', () => {
  // Ledgers hold these: when one of them changes, every applied migration counts as changed.
  it.each([
    ['', '1:e3b0c44298fc1c149afbf4c8996fb924'],
    ['select 1', '1:96e35f6853e58ecb4a000032ee61e3cb'],
    [
      'create table T (a text default \'X\', "B" int);\r\ninsert into t values ($$a\r\nb$$);',
      '1:8b883cbca5f0c7e966e6515e5b724f7b',
    ],
    [
      "select E'\\'' || U&'a' -- x\n, a->>'b' <> -1.5e-3;;select :a::int",
      '1:eb0ce73399398cb7cdc752d1e9636f0c',
    ],
  ])('of %j stays what it is', (script, expected) => {
    expect(sum(script)).toBe(expected);
  });

  it('is the same on both engines for plain SQL', () => {
    const script = 'create table t (a int); -- b\ninsert into t values (1)';
    expect(sum(script, SQLite)).toBe(sum(script));
  });

  it.each([
    ['white space', 'select  a,b', 'select\n\ta , b'],
    ['comments', 'select/* a */1 -- b', '-- c\nselect 1'],
    ['line ends', 'select 1;\r\nselect 2', 'select 1;\nselect 2'],
    ['line ends in a string', "select 'a\r\nb'", "select 'a\nb'"],
    ['line ends in a body', 'do $$a\r\nb$$', 'do $$a\nb$$'],
    ['the last semicolon', 'select 1;', 'select 1'],
    ['empty statements', ';;select 1;;select 2', 'select 1;select 2;'],
    ['case of words', 'SELECT a FROM T', 'select A from t'],
    ['space around operators', 'a=-1 and b<@c', 'a = - 1 and b <@ c'],
    ["case of a string's prefix", "select e'a', x'0a', u&'b'", "select E'a', X'0a', U&'b'"],
    ['space in a hexadecimal sum', 'select 0xe-5', 'select 0xe - 5'],
    ['a byte order mark', '\ufeffselect 1', 'select 1'],
  ])('ignores %s', (_name, one, other) => {
    expect(sum(one)).toBe(sum(other));
  });

  it.each([
    ['words that grow together', 'a b', 'ab'],
    ['operators that grow together', 'a < > b', 'a <> b'],
    ['an operator that takes in a sign', 'select @ -1', 'select @-1'],
    ['a prefix that goes off', "select X 'a'", "select X'a'"],
    ['case in a string', "select 'a'", "select 'A'"],
    ['white space in a string', "select 'a  b'", "select 'a b'"],
    ['case of a quoted name', 'select "a"', 'select "A"'],
    ['quotes of a name', 'select A', 'select "A"'],
    ['a body', 'do $$a  b$$', 'do $$a b$$'],
    ['a comment in a body', 'do $$a--b\n$$', 'do $$a\n$$'],
    ['a lone carriage return in a string', "select 'a\rb'", "select 'a\nb'"],
    ['a carriage return gone from a string', "select 'a\rb'", "select 'ab'"],
    ['a number', 'select 1e-5', 'select 1e - 5'],
    ['a semicolon between', 'select 1; select 2', 'select 1 select 2'],
    ['case beyond ASCII', 'select é', 'select É'],
    ['a statement more', 'select 1', 'select 1; select 1'],
  ])('sees %s', (_name, one, other) => {
    expect(sum(one)).not.toBe(sum(other));
  });

  it('works on scripts larger than its buffer', () => {
    const script = "insert into t values (1, 'abc');\n".repeat(10_000);
    const reformatted = "INSERT  INTO t VALUES ( 1,'abc' );".repeat(10_000);
    expect(sum(reformatted)).toBe(sum(script));
    const long = 'a'.repeat(200_000);
    expect(sum(`select 'b${long}'`)).not.toBe(sum(`select 'c${long}'`));
    expect(sum(`select 1; ${script}`)).not.toBe(sum(`select 2; ${script}`));
    expect(sum(script.replace(/abc'\);\n$/, "abd');\n"))).not.toBe(sum(script));
  });
});

describe.each([
  ['PostgreSQL', PostgreSQL, postgresToken] as const,
  ['SQLite', SQLite, sqliteToken] as const,
])('the checksum of %s scripts', (_name, dialect, token) => {
  const script = fc.array(statementTokens(token), { minLength: 1, maxLength: 4 });
  const gaps = fc.array(gap, { minLength: 20, maxLength: 20 });

  it('is not changed by reformatting', () => {
    fc.assert(
      fc.property(script, gaps, gaps, (statements, before, after) => {
        const otherCase = statements.map((tokens) => tokens.map(recased));
        const again = `; ${formatted(otherCase, after)};;`;
        expect(sum(again, dialect)).toBe(sum(formatted(statements, before), dialect));
      }),
      { numRuns: 500 },
    );
  });

  it('is changed by any other token', () => {
    fc.assert(
      fc.property(script, gaps, token, fc.nat(), fc.nat(), (statements, gaps1, other, at, how) => {
        const tokens = statements[at % statements.length] ?? [];
        const places = tokens.flatMap((one, place) =>
          place > 0 && !/^[()]$/.test(one) ? place : [],
        );
        const place = places[how % places.length];
        fc.pre(place !== undefined && tokens[place] !== other);
        const changes = [[other], [], [other, ...tokens.slice(place, place + 1)]];
        for (const change of changes) {
          const changed = statements.map((list) =>
            list === tokens ? tokens.toSpliced(place, 1, ...change) : list,
          );
          expect(sum(formatted(changed, gaps1), dialect)).not.toBe(
            sum(formatted(statements, gaps1), dialect),
          );
        }
      }),
      { numRuns: 500 },
    );
  });

  it('over a prefix is that of the script cut off there', () => {
    fc.assert(
      fc.property(script, gaps, fc.nat({ max: 5 }), (statements, between, count) => {
        const whole = Buffer.from(formatted(statements, between));
        const prefix = formatted(statements.slice(0, count), between);
        expect(prefixChecksum(whole, dialect, count)).toBe(sum(prefix, dialect));
      }),
    );
  });
});

/** A script with these gaps between its tokens, over and over. */
function formatted(statements: readonly (readonly string[])[], gaps: readonly string[]): string {
  const tokens = statements.flatMap((list) => [...list, ';']);
  return tokens.map((token, at) => (gaps[at % gaps.length] ?? ' ') + token).join('');
}

/** Words in the other case; quoted things as they are. */
function recased(token: string): string {
  if (!/^[a-z_][a-z0-9_$]*$/i.test(token)) return token;
  return token === token.toLowerCase() ? token.toUpperCase() : token.toLowerCase();
}
