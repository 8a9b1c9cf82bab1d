import { describe, expect, it } from 'vitest';
import type { CounterSample, StatementCounters } from '../../src/engines/slow.ts';
import { changesBetween, countedOf } from '../../src/health/slow/counted.ts';
import { worstFirst } from '../../src/health/slow/order.ts';

const thresholds = { meanMs: 100, p95Ms: 100, p99Ms: 500 };

/** Counters of calls that took these times. */
function counters(key: string, times: readonly number[]): StatementCounters {
  const sum = (of: (time: number) => number): number =>
    times.reduce((total, time) => total + of(time), 0);
  return {
    key,
    calls: times.length,
    totalMs: sum((time) => time),
    minMs: Math.min(...times),
    maxMs: Math.max(...times),
    squaresMs: sum((time) => time * time),
    rows: times.length,
    blocksHit: 10 * times.length,
    blocksRead: 0,
    temporaryBlocks: 0,
  };
}

function sample(statements: readonly StatementCounters[], resetAt = 'a'): CounterSample {
  const hidden = { statements: 0, calls: 0, totalMs: 0 };
  return { at: '2026-11-21T02:00:00.000Z', resetAt, evictions: 0, statements, hidden };
}

describe('what was counted between two samples', () => {
  it('is what has grown, with the mean and the deviation of that alone', () => {
    const first = sample([counters('a', [1000, 3000]), counters('idle', [5])]);
    const second = sample([counters('a', [1000, 3000, 10, 20, 30]), counters('idle', [5])]);
    const { statements, total } = changesBetween(first, second);
    expect(statements.map(({ key }) => key)).toEqual(['a']);
    expect(total).toEqual({ statements: 1, calls: 3, totalMs: 60 });
    const counted = countedOf(statements[0]!, 1e7, thresholds);
    expect(counted).toMatchObject({ calls: 3, meanMs: 20, share: 1, rows: 3, blocksHit: 30 });
    expect(counted.stddevMs).toBeCloseTo(Math.sqrt(200 / 3));
  });

  it('is all of a statement that came meanwhile, or was thrown out and came again', () => {
    const first = sample([counters('again', [1, 1, 1, 1])]);
    const second = sample([counters('again', [7]), counters('new', [9, 9])]);
    const { statements } = changesBetween(first, second);
    expect(statements.map(({ key, calls }) => [key, calls])).toEqual([
      ['again', 1],
      ['new', 2],
    ]);
  });

  it('is what was counted since a reset', () => {
    const first = sample([counters('a', [1, 1])]);
    const second = sample([counters('a', [5, 5, 5])], 'later');
    const { statements, total } = changesBetween(first, second);
    expect(total.totalMs).toBe(15);
    expect(statements[0]?.calls).toBe(3);
  });

  it('counts the time of what may not be seen into the shares', () => {
    const hide = (totalMs: number) => ({ statements: 2, calls: 4, totalMs });
    const first = { ...sample([]), hidden: hide(100) };
    const second = { ...sample([counters('a', [50])]), hidden: hide(250) };
    const { statements, hidden } = changesBetween(first, second);
    expect(hidden.totalMs).toBe(150);
    expect(statements[0]?.share).toBe(0.25);
  });

  it('has no deviation where the difference of two large numbers has no digits left', () => {
    const change = { ...counters('a', [0.01]), share: 1 };
    expect(countedOf(change, 1e9, thresholds).stddevMs).toBeNull();
  });
});

it('puts the worst first and leaves out what has none of it', () => {
  const often = counters('often', [1, 1, 1, 1]);
  const long = { ...counters('long', [100]), temporaryBlocks: 5 };
  const keys = (by: 'total' | 'mean' | 'calls' | 'temp'): string[] =>
    worstFirst([often, long], by).map(({ key }) => key);
  expect(keys('total')).toEqual(['long', 'often']);
  expect(keys('calls')).toEqual(['often', 'long']);
  expect(keys('temp')).toEqual(['long']);
});
