import { describe, expect, it } from 'vitest';
import {
  concurrentIndexName,
  runsOutsideTransaction,
  setsForeignKeys,
  transactionControl,
} from '../../src/sql/kinds.ts';
import { dialects, heads } from './support.ts';

const { PostgreSQL, SQLite } = dialects;

const headOf = (sql: string, dialect = PostgreSQL): string => heads(sql, dialect)[0] ?? '';

it.each([
  ['begin', 'begin'],
  ['begin isolation level serializable', 'begin'],
  ['BEGIN IMMEDIATE', 'begin'],
  ['start transaction read only', 'begin'],
  ['commit', 'commit'],
  ['commit and chain', 'commit'],
  ['end', 'commit'],
  ['END TRANSACTION', 'commit'],
  ["prepare transaction 'a'", 'commit'],
  ['rollback', 'rollback'],
  ['rollback work', 'rollback'],
  ['abort', 'rollback'],
  ['rollback to a', 'savepoint'],
  ['rollback /* all */ work to savepoint a', 'savepoint'],
  ['savepoint a', 'savepoint'],
  ['release a', 'savepoint'],
  ["commit prepared 'a'", null],
  ["rollback prepared 'a'", null],
  ['prepare a as select 1', null],
  ['select 1', null],
  ['create table begin (a int)', null],
])('transaction control of %s', (sql, expected) => {
  expect(transactionControl(headOf(sql))).toBe(expected);
});

describe('SQLite', () => {
  it.each([
    'vacuum',
    "vacuum into 'f'",
    'pragma journal_mode = wal',
    "PRAGMA main.journal_mode('wal')",
    'pragma synchronous = off',
    'pragma wal_checkpoint',
    'pragma main.wal_checkpoint(truncate)',
  ])('runs %s outside a transaction', (sql) => {
    expect(runsOutsideTransaction(headOf(sql, SQLite), SQLite)).toBe(true);
  });

  it.each(['pragma journal_mode', 'pragma main.synchronous', 'pragma user_version = 1', 'analyze'])(
    'runs %s inside a transaction',
    (sql) => {
      expect(runsOutsideTransaction(headOf(sql, SQLite), SQLite)).toBe(false);
    },
  );

  it.each([
    ['pragma foreign_keys = off', true],
    ['PRAGMA main.foreign_keys(1)', true],
    ['pragma foreign_keys', false],
    ['pragma foreign_key_check', false],
    ['pragma defer_foreign_keys = on', false],
  ])('whether %s sets foreign_keys', (sql, expected) => {
    expect(setsForeignKeys(headOf(sql, SQLite))).toBe(expected);
  });
});

it.each([
  ['create index concurrently a_b on t (b)', 'a_b'],
  ['CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS A_B ON s.t (b)', 'a_b'],
  ['create index concurrently "A ""b" on t (b)', 'A "b'],
  ['-- c\ncreate /* d */ index concurrently"x"on t (b)', 'x'],
  ['create index concurrently if not exists "on" on t (b)', 'on'],
  ['create index concurrently on t (b)', null],
  ['create index a on t (b)', null],
  ['drop index concurrently a', null],
])('the index of %s', (sql, expected) => {
  expect(concurrentIndexName(sql)).toBe(expected);
});
