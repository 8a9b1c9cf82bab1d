import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { progressLine } from '../../src/output/progress.ts';
import { age, grouped, size } from '../../src/output/text.ts';

describe('a line of progress', () => {
  it('has a bar, percent, bytes, and the time left once that can be told', () => {
    const half = { done: 1.5e9, total: 3e9, what: 'public.orders' };
    expect(progressLine(half, 500)).toBe(
      '[##########..........]   50 %  1.5 GB of 3.0 GB  public.orders',
    );
    expect(progressLine(half, 12_000)).toContain('1.5 GB of 3.0 GB, 12 s left  public');
    expect(progressLine({ ...half, done: 3e7 }, 12_000)).toContain('20 min left');
  });

  it('is what is done alone where nobody knows how much there is', () => {
    expect(progressLine({ done: 0, total: 0, what: 'checking a' }, 9000)).toBe('checking a');
  });

  it('is never over before it is over', () => {
    expect(progressLine({ done: 20, total: 10, what: 'x' }, 9000)).toContain(' 99 %  10 B of 10 B');
  });

  it('fits a terminal', () => {
    const measured = fc.record({
      done: fc.nat(),
      total: fc.nat(),
      what: fc.string({ maxLength: 200 }),
    });
    fc.assert(
      fc.property(measured, fc.nat(), (progress, elapsed) => {
        expect(progressLine(progress, elapsed).length).toBeLessThanOrEqual(76);
      }),
    );
  });
});

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [9949, '9.9 kB'],
  [9950, '10 kB'],
  [999_499, '999 kB'],
  [999_500, '1.0 MB'],
  [1.234e9, '1.2 GB'],
  [5e18, '5000 PB'],
])('%d bytes are %s', (bytes, text) => {
  expect(size(bytes)).toBe(text);
});

it.each([
  [-5000, 'just now'],
  [59_000, 'just now'],
  [60_000, '1 min'],
  [119 * 60_000, '119 min'],
  [2 * 3_600_000, '2 h'],
  [48 * 3_600_000, '2 days'],
])('%d ms ago is %s', (ms, text) => {
  expect(age(ms)).toBe(text);
});

it('groups digits by three', () => {
  expect([0, 999, 1000, 1234567].map(grouped)).toEqual(['0', '999', '1,000', '1,234,567']);
});
