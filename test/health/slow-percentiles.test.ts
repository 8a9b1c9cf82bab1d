import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { percentile } from '../../src/health/slow/percentiles.ts';

function spreadOf(times: readonly number[]) {
  const calls = times.length;
  const meanMs = times.reduce((sum, one) => sum + one, 0) / calls;
  const squares = times.reduce((sum, one) => sum + (one - meanMs) ** 2, 0);
  return {
    calls,
    meanMs,
    stddevMs: Math.sqrt(squares / calls),
    minMs: Math.min(...times),
    maxMs: Math.max(...times),
  };
}

/** The least time that at least this part of the calls kept to. */
function nearestRank(times: readonly number[], part: number): number {
  const sorted = times.toSorted((one, other) => one - other);
  return sorted[Math.ceil(part * sorted.length - 1e-9) - 1] ?? Number.NaN;
}

describe('a percentile without a record of single calls', () => {
  const times = fc.array(fc.double({ min: 0, max: 10_000, noNaN: true }), {
    minLength: 1,
    maxLength: 300,
  });

  it.each([0.95, 0.99])('lies between its bounds, whatever the times were (%d)', (part) => {
    fc.assert(
      fc.property(times, fc.boolean(), (all, withDeviation) => {
        const spread = spreadOf(all);
        const known = withDeviation ? spread : { ...spread, stddevMs: null };
        const { atLeastMs, atMostMs } = percentile(known, part, 100);
        const real = nearestRank(all, part);
        expect(real).toBeGreaterThanOrEqual(atLeastMs * (1 - 1e-9) - 1e-9);
        expect(real).toBeLessThanOrEqual(atMostMs * (1 + 1e-9) + 1e-9);
      }),
      { numRuns: 2000 },
    );
  });

  it('is known where all calls took the same time', () => {
    const found = percentile(spreadOf([20, 20, 20]), 0.95, 100);
    expect(found).toEqual({ estimateMs: 20, atLeastMs: 20, atMostMs: 20, verdict: 'met' });
  });

  it('is called unknown where it does not follow, and missed where it does', () => {
    const wide = { calls: 1000, meanMs: 40, stddevMs: 90, minMs: 1, maxMs: 2000 };
    expect(percentile(wide, 0.95, 100).verdict).toBe('unknown');
    const slow = { calls: 1000, meanMs: 180, stddevMs: 5, minMs: 150, maxMs: 200 };
    expect(percentile(slow, 0.95, 100).verdict).toBe('missed');
  });

  it('may lie below the mean, where a few calls took very long', () => {
    const times = [...Array.from({ length: 199 }, () => 1), 10_000];
    for (const part of [0.95, 0.99]) {
      const { atLeastMs, verdict } = percentile(spreadOf(times), part, 40);
      expect(atLeastMs).toBe(1);
      expect(verdict).toBe('unknown');
    }
  });

  it('has no estimate without a deviation', () => {
    const found = percentile(
      { calls: 9, meanMs: 5, stddevMs: null, minMs: 1, maxMs: 9 },
      0.95,
      100,
    );
    expect(found.estimateMs).toBeNull();
    expect(found.verdict).toBe('met');
  });
});
