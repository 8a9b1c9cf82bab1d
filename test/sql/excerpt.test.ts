import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutLiterals } from '../../src/sql/excerpt.ts';
import { dialects } from './support.ts';

const { PostgreSQL, SQLite } = dialects;

describe('a query without its data', () => {
  it.each([
    ['strings', "select 'a', E'b\\'', X'00', U&'c' from t", 'select ?, ?, ?, ? from t'],
    ['numbers', 'select * from t1 where a=-1.5e-3 limit 5', 'select * from t1 where a=-? limit ?'],
    ['bodies', 'do $a$ secret $a$', 'do ?'],
    ['white space', ' select\n\t a  ,b ', 'select a ,b'],
    ['comments', 'select /* secret */ 1 -- secret', 'select ?'],
    [
      'names and parameters',
      'select "A b", é from t where a = $1',
      'select "A b", é from t where a = $1',
    ],
    ['several statements', 'begin; select 1;', 'begin; select ?;'],
    ['a string cut off', "update t set a = 'secr", 'update t set a = ?…'],
    ['a name cut off', 'select "secr', 'select ?…'],
    ['a comment cut off', 'select a /* secr', 'select a ?…'],
    ['a body cut off', 'do $a$ secr', 'do ?…'],
    ['backslashes that may escape', "select 'a\\' secret', 'b'", 'select ?…'],
    ['nothing', '', ''],
  ])('%s', (_name, sql, expected) => {
    expect(withoutLiterals(sql, PostgreSQL)).toBe(expected);
  });

  it('reads the names of SQLite', () => {
    expect(withoutLiterals("select [a'b], `c` from t where d='e'", SQLite)).toBe(
      "select [a'b], `c` from t where d=?",
    );
  });

  it('never holds what stood in a string, wherever the text was cut off', () => {
    const secret = fc.string({ unit: fc.constantFrom('§', "'", '"', '$', '\\', '/*', '--', ' ') });
    fc.assert(
      fc.property(secret, fc.nat({ max: 60 }), (text, length) => {
        const sql = `update t set a = 1, b = '${text.replaceAll("'", "''")}' where c`;
        expect(withoutLiterals(sql.slice(0, length), PostgreSQL)).not.toContain('§');
      }),
    );
  });
});
