import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HealthCheck, HealthStatus, HealthUnit } from '../../src/engines/health.ts';
import { JemError } from '../../src/errors.ts';
import { selectChecks } from '../../src/health/select.ts';
import { fails, statusOf, statusOfFinding, worstFirst, worstOf } from '../../src/health/status.ts';
import { boundText, readThresholds } from '../../src/health/thresholds.ts';

function check(id: string, more: Partial<HealthCheck> = {}): HealthCheck {
  return {
    ...{ id, title: id, group: 'locks', unit: null, source: 'test' },
    thresholds: { warning: 10, critical: 20 },
    ...more,
  };
}

const checks = [
  check('count'),
  check('age', { unit: 's', group: 'backups' }),
  check('size', { unit: 'B', group: 'wal' }),
  check('share', { unit: '%' }),
  check('judges-itself', { thresholds: null }),
  check('heavy', { onRequest: true, group: 'backups' }),
];

const statuses = fc.constantFrom<HealthStatus>(...worstFirst);

function refusal(body: () => unknown): JemError {
  try {
    body();
  } catch (error) {
    if (error instanceof JemError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('statuses', () => {
  it('never get better as a value gets worse', () => {
    const rank = (status: HealthStatus): number => worstFirst.indexOf(status);
    const bound = fc.option(fc.double({ noNaN: true }));
    fc.assert(
      fc.property(
        ...[fc.double({ noNaN: true }), fc.double({ noNaN: true }), bound, bound, fc.boolean()],
        (one, other, warning, critical, lowIsBad) => {
          const [better, worse] = one < other !== lowIsBad ? [one, other] : [other, one];
          const at = (value: number): number =>
            rank(statusOf(value, { warning, critical }, lowIsBad));
          return at(worse) <= at(better);
        },
      ),
    );
  });

  it('reach a bound at the bound itself', () => {
    const thresholds = { warning: 10, critical: 20 };
    const of = (value: number, lowIsBad = false) => statusOf(value, thresholds, lowIsBad);
    expect([of(9.9), of(10), of(19.9), of(20)]).toEqual(['ok', 'warning', 'warning', 'critical']);
    expect(statusOf(5, { warning: 10, critical: 2 }, true)).toBe('warning');
    expect(statusOf(2, { warning: 10, critical: 2 }, true)).toBe('critical');
    expect(statusOf(1e9, { warning: null, critical: null }, false)).toBe('ok');
  });

  it('are unknown where there is no value, or nothing to hold it against', () => {
    const finding = (value: number | null) => ({ status: null, value, summary: '', hint: null });
    const thresholds = { warning: 1, critical: 2 };
    for (const value of [null, NaN])
      expect(statusOfFinding(finding(value), thresholds, {})).toBe('unknown');
    expect(statusOfFinding(finding(1), null, {})).toBe('unknown');
    expect(statusOfFinding({ ...finding(null), status: 'ok' }, thresholds, {})).toBe('ok');
  });

  it('of all are the worst of them', () => {
    expect(worstOf([])).toBe('unknown');
    fc.assert(
      fc.property(fc.array(statuses, { minLength: 1 }), (list) => {
        const worst = worstOf(list);
        return (
          list.includes(worst) &&
          list.every((one) => worstFirst.indexOf(one) >= worstFirst.indexOf(worst))
        );
      }),
    );
  });

  it('fail as they are told to; what could not be seen is not well', () => {
    const failing = (failOn: Parameters<typeof fails>[1]) =>
      worstFirst.filter((one) => fails(one, failOn));
    expect(failing('warning')).toEqual(['critical', 'warning', 'unknown']);
    expect(failing('critical')).toEqual(['critical']);
    expect(failing('never')).toEqual([]);
  });
});

describe('thresholds', () => {
  const read = (...texts: string[]) => readThresholds(texts, checks);

  it('are read in their units, each half by itself, the later ones over the earlier', () => {
    expect(read('count=5:7').get('count')).toEqual({ warning: 5, critical: 7 });
    expect(read('count=5').get('count')).toEqual({ warning: 5, critical: 20 });
    expect(read('count=:7').get('count')).toEqual({ warning: 10, critical: 7 });
    expect(read('count=off:off').get('count')).toEqual({ warning: null, critical: null });
    expect(read('count=5:7', 'count=6').get('count')).toEqual({ warning: 6, critical: 7 });
    expect(read('age=26h:50h').get('age')).toEqual({ warning: 93_600, critical: 180_000 });
    expect(read('age=90:500ms').get('age')).toEqual({ warning: 90, critical: 0.5 });
    expect(read('size=500MB:1GiB').get('size')).toEqual({ warning: 5e8, critical: 2 ** 30 });
    expect(read('share=70%:85.5').get('share')).toEqual({ warning: 70, critical: 85.5 });
  });

  it.each([
    ['counts=1', 'There is no check "counts"'],
    ['judges-itself=1', 'has no value'],
    ['count', 'It has no ='],
    ['count=many', '"many" is not a number'],
    ['count=5s', '"5s" is not a number'],
    ['count=-1', '"-1"'],
    ['age=5 parsecs', 'is not a time'],
    ['size=5 apples', 'is not a size'],
    ['share=5s', 'is not a percentage'],
    ['count=1:2:3', '"2:3"'],
  ])('refuse %s', (text, words) => {
    const error = refusal(() => read(text));
    expect([error.code, error.details.why]).toEqual([
      'bad-setting',
      expect.stringContaining(words),
    ]);
  });

  it('are written as they are read', () => {
    const bound = fc.oneof(
      fc.nat(),
      fc.constantFrom(0, 0.25, 60, 3600, 93_600, 2_678_400, 1e9, 2 ** 30),
    );
    const units = fc.constantFrom<HealthUnit>('s', 'B', '%', null);
    const id = (unit: HealthUnit): string => checks.find((one) => one.unit === unit)?.id ?? '';
    fc.assert(
      fc.property(bound, units, (value, unit) => {
        fc.pre(unit === 's' || Number.isInteger(value));
        const read = readThresholds([`${id(unit)}=${boundText(value, unit)}`], checks);
        expect(read.get(id(unit))?.warning).toBeCloseTo(value, 6);
      }),
    );
    expect(boundText(93_600, 's')).toBe('26h');
    expect(boundText(2_678_400, 's')).toBe('31d');
    expect(boundText(64e6, 'B')).toBe('64MB');
  });
});

describe('the selection', () => {
  const select = (only: string[], skip: string[], others?: HealthCheck[]) =>
    selectChecks(checks, { only, skip }, others).map(({ id }) => id);

  it('is all but what runs on request; groups do not bring that in', () => {
    expect(select([], [])).toEqual(['count', 'age', 'size', 'share', 'judges-itself']);
    expect(select(['backups'], [])).toEqual(['age']);
    expect(select(['heavy', 'wal'], [])).toEqual(['size', 'heavy']);
    expect(select(['backups', 'heavy'], [])).toEqual(['age', 'heavy']);
  });

  it('leaves out what is skipped, whatever else is said', () => {
    expect(select([], ['locks'])).toEqual(['age', 'size']);
    expect(refusal(() => select(['age'], ['backups'])).message).toBe('No check is left to run');
  });

  it('refuses what there is not, and skips what another engine has', () => {
    expect(refusal(() => select(['agee'], [])).details.hint).toContain('age');
    expect(refusal(() => select([], ['slots'])).code).toBe('bad-setting');
    expect(select([], ['slots'], [check('slots')])).toHaveLength(5);
    expect(refusal(() => select(['slots'], [], [check('slots')])).code).toBe('bad-setting');
  });
});
