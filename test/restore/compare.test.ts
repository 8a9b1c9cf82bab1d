import { describe, expect, it } from 'vitest';
import type { Content, SequenceContent, TableContent } from '../../src/engines/backing-up.ts';
import type { LedgerRow } from '../../src/engines/migrating.ts';
import { compareTables, ledgerTroubles, sequenceTroubles } from '../../src/restore/compare.ts';

const table = (name: string, rows: number, hash: string | null): TableContent => ({
  ...{ type: 'table', schema: 'app', name, rows, hash, note: null },
});
const sequence = (name: string, lastValue: string | null, increment = '1'): SequenceContent => ({
  ...{ schema: null, name, lastValue, increment },
});
const holding = (part: Partial<Content>): Content => ({
  ...{ method: 'm/1', tables: [], sequences: [], leftOut: [] },
  ...part,
});

describe('tables', () => {
  it('match by rows and hash together, and are all told', () => {
    const expected = holding({
      tables: [table('a', 1, 'x'), table('b', 2, 'y'), table('c', 3, 'z'), table('d', 4, null)],
    });
    const actual = holding({
      tables: [table('a', 1, 'x'), table('b', 2, 'Y'), table('d', 4, null), table('e', 0, 'v')],
    });
    expect(compareTables(expected, actual).map(({ name, match }) => `${name} ${match}`)).toEqual([
      ...['a true', 'b false', 'c false', 'd true', 'e false'],
    ]);
    expect(compareTables(expected, actual)[2]).toEqual({
      ...{ schema: 'app', name: 'c', match: false, actual: null },
      expected: { rows: 3, hash: 'z' },
    });
  });

  it('do not match by hashes of another method', () => {
    const tables = [table('a', 1, 'x')];
    const [only] = compareTables(holding({ tables }), holding({ tables, method: 'm/2' }));
    expect(only?.match).toBe(false);
  });
});

it.each([
  ['5', '5', '1', true],
  ['5', '6', '1', true],
  ['5', '4', '1', false],
  ['-5', '-6', '-1', true],
  ['-5', '-4', '-1', false],
  [null, null, '1', true],
  [null, '7', '1', true],
  ['7', null, '1', false],
  ['9223372036854775807', '9223372036854775806', '1', false],
])('a sequence at %s that comes back at %s, by %s: %s', (before, after, increment, well) => {
  const expected = holding({ sequences: [sequence('s', before, increment)] });
  const actual = holding({ sequences: [sequence('s', after, increment)] });
  expect(sequenceTroubles(expected, actual)).toHaveLength(well ? 0 : 1);
});

it('tells of a sequence that is missing', () => {
  const expected = holding({ sequences: [sequence('s', null)] });
  expect(sequenceTroubles(expected, holding({}))).toEqual(['s is missing']);
});

describe('the ledger', () => {
  const row = (name: string, checksum = 'c'): LedgerRow => ({
    ...{ name, checksum, appliedAt: '2026-11-21T02:00:00.000Z', durationMs: 1 },
    ...{ toolVersion: '0.1.0', appliedBy: 'me', statementsDone: null, fileGone: false },
  });

  it('is the same row for row', () => {
    expect(ledgerTroubles([row('1'), row('2')], [row('1'), row('2')])).toEqual([]);
    expect(ledgerTroubles(null, null)).toEqual([]);
  });

  it('is told where it is not', () => {
    expect(ledgerTroubles([row('1'), row('2')], [row('1', 'd'), row('3')])).toEqual([
      ...['1 differs', '2 is missing', '3 is unexpected'],
    ]);
    expect(ledgerTroubles([row('1')], null)).toEqual(['the ledger is missing']);
    expect(ledgerTroubles(null, [])).toEqual(['a ledger that the backup has not']);
  });
});
