import { describe, expect, it } from 'vitest';
import { JemError } from '../../src/errors.ts';
import { readFileOptions } from '../../src/sql/options.ts';

const read = (text: string) => readFileOptions(Buffer.from(text), 'migrations/1_a.up.sql');
const none = { noTransaction: false, lockTimeout: null, irreversible: null };

function refused(text: string): JemError {
  try {
    read(text);
  } catch (error) {
    if (error instanceof JemError) return error;
    throw error;
  }
  throw new Error('not refused');
}

describe('the options of a file', () => {
  it.each([
    ['none', 'create table t (a int)', none],
    ['no-transaction', '-- jem-db: no-transaction\nselect 1', { ...none, noTransaction: true }],
    ['a lock timeout', '-- jem-db: lock-timeout 500ms', { ...none, lockTimeout: 500 }],
    ['a reason', '-- jem-db: irreversible because a, b', { ...none, irreversible: 'a, b' }],
    [
      'several on a line',
      '-- jem-db: no-transaction, lock-timeout 2 min,irreversible because gone, for ever',
      { noTransaction: true, lockTimeout: 120_000, irreversible: 'gone, for ever' },
    ],
    [
      'several lines',
      '\ufeff-- by Ada\r\n\r\n--jem-db:no-transaction\r\n/* x */ -- JEM-DB: Lock-Timeout 1s\r\nselect 1',
      { ...none, noTransaction: true, lockTimeout: 1000 },
    ],
    ['what lint reads', '-- jem-db: allow drop-table because of A', none],
    ['after the first statement', 'select 1;\n-- jem-db: no-transaction', none],
    ['after an empty statement', ';\n-- jem-db: no-transaction', none],
    ['in a block comment', '/*\n-- jem-db: no-transaction\n*/', none],
    ['in the middle of a comment', '-- see jem-db: no-transaction', none],
    ['words about the tool', '-- jem-db makes this table', none],
  ])('%s', (_name, text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it.each([
    ['unknown', '-- é\n-- jem-db: no-transactions', 'unknown option no-transactions', 2, 12],
    ['the second', '-- jem-db: no-transaction, lock', 'unknown option lock', 1, 28],
    ['no time', '-- jem-db: lock-timeout soon', 'lock-timeout soon is no time', 1, 12],
    ['no unit', '-- jem-db: lock-timeout 5', 'lock-timeout 5 is no time', 1, 12],
    ['time missing', '-- jem-db: lock-timeout', 'lock-timeout without a time', 1, 12],
    ['reason missing', '-- jem-db: irreversible', 'irreversible without a reason', 1, 12],
    [
      'too much',
      '-- jem-db: no-transaction please',
      'no-transaction takes no value: please',
      1,
      12,
    ],
    [
      'no colon',
      '-- jem-db no-transaction',
      'not read as an option: -- jem-db no-transaction',
      1,
      1,
    ],
    ['misspelt', '-- jemdb: irreversible', 'not read as an option: -- jemdb: irreversible', 1, 1],
    ['empty', '-- jem-db:', 'no option', 1, 1],
  ])('refuses one that is %s', (_name, text, title, line, column) => {
    const error = refused(text);
    expect(error.code).toBe('migration-unreadable');
    expect(error.message).toBe(`migrations/1_a.up.sql: ${title}`);
    expect(error.details.location).toMatchObject({ file: 'migrations/1_a.up.sql', line, column });
  });

  it('suggests what was meant', () => {
    expect(refused('-- jem-db: no-transactoin').details.hint).toContain(
      'Did you mean no-transaction?',
    );
  });
});
