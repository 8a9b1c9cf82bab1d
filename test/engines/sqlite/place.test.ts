import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { placeOf } from '../../../src/engines/sqlite/place.ts';

/** The statement with «…» where the error has to be found to begin. */
const cases = [
  'SELECT * «FRM t',
  '«SELEC 1',
  'SELECT a, b frm «frm frm',
  "INSERT INTO t VALUES ('frm') «frm",
  'CREATE TABLE x (a int, b int c d e«',
  'SELECT -- frm\n  * «frm t',
  'SELECT * FROM «nope',
  'SELECT 1 FROM t WHERE «nope = 1',
  'SELECT t.a, «t.nope FROM t',
  "SELECT 'nope', «nope FROM t",
  'SELECT «"abc"',
  'CREATE TABLE «t (a)',
  'CREATE TABLE IF NOT EXISTS y (a, «a)',
  'ALTER TABLE t ADD COLUMN «a int',
  'ALTER TABLE t DROP COLUMN «nope',
  'INSERT INTO t (a, «z) VALUES (1, 2)',
  'SELECT «nofn(1)',
  'SELECT «abs(1, 2)',
  'DROP TABLE «zz',
  'DROP INDEX «zz',
  'SELECT «a FROM t x JOIN t y',
  'SELECT * FROM t WHERE («',
  'SELECT «0x FROM t',
  'CREATE INDEX i ON t («zz)',
  'UPDATE t SET a = 1, «größe = 2',
  "UPDATE t SET b = 'ü' WHERE «größe = 2",
  'CREATE VIEW «v AS SELECT 1',
] as const;

describe('the place of an error inside a statement', () => {
  test.each(cases)('%s', (marked) => {
    const database = new Database(':memory:');
    database.exec('CREATE TABLE t (a, b); CREATE VIEW v AS SELECT a FROM t');
    const expected = marked.indexOf('«');
    const sql = marked.replace('«', '');
    const complaint = (piece: string): string | null => {
      try {
        database.prepare(piece);
        return null;
      } catch (error) {
        return error instanceof Error ? error.message : '';
      }
    };
    const message = complaint(sql);
    expect(message).not.toBeNull();
    expect([message, placeOf(sql, message ?? '', complaint)]).toEqual([message, expected]);
  });

  test('no place where the words tell none, or tell of another object', () => {
    const never = (): null => null;
    expect(placeOf('INSERT INTO t VALUES (1)', 'UNIQUE constraint failed: t.a', never)).toBeNull();
    expect(placeOf('DROP TABLE t', 'error in view v: no such table: main.t', never)).toBeNull();
    expect(placeOf('SELECT 1', 'no such column: elsewhere', never)).toBeNull();
  });
});
