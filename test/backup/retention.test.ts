import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Candidate, type KeepRules, planPrune } from '../../src/backup/retention.ts';
import { readSpan } from '../../src/backup/span.ts';

const none: KeepRules = { last: 0, within: null, daily: 0, weekly: 0, monthly: 0, yearly: 0 };

/** Named by when they were begun: `2026-11-21T02:30`, with `!` where it is proved. */
function candidates(...moments: string[]): Candidate[] {
  return moments.map((moment) => ({
    id: moment.replace('!', ''),
    startedAt: new Date(`${moment.replace('!', '')}Z`),
    database: 'app',
    proved: moment.endsWith('!'),
    parent: null,
  }));
}

function kept(rules: Partial<KeepRules>, ...moments: string[]): string[] {
  return planPrune(candidates(...moments), { ...none, ...rules }).keep.map(({ id }) => id);
}

describe('what a rule keeps', () => {
  const nights = ['2026-11-18T02:30', '2026-11-19T02:30', '2026-11-20T02:30', '2026-11-20T14:00'];

  it('of the last: the newest, in whatever order they are told', () => {
    expect(kept({ last: 2 }, ...nights)).toEqual(nights.slice(-2));
    expect(kept({ last: 2 }, ...nights.toReversed())).toEqual(nights.slice(-2).toReversed());
    expect(kept({ last: 9 }, ...nights)).toEqual(nights);
  });

  it('within a time: counted from the newest, by the calendar, the end included', () => {
    expect(kept({ within: readSpan('1d') }, ...nights)).toEqual(nights.slice(2));
    expect(kept({ within: readSpan('12h') }, ...nights)).toEqual(nights.slice(2));
    const ends = ['2026-02-27T00:00', '2026-02-28T00:00', '2026-03-31T00:00'];
    expect(kept({ within: readSpan('1m') }, ...ends)).toEqual(ends.slice(1));
    const years = ['2024-02-28T00:00', '2024-02-29T00:00', '2026-02-28T00:00'];
    expect(kept({ within: readSpan('2y') }, ...years)).toEqual(years);
  });

  it('of days, weeks, months, years: the newest of each that has any', () => {
    expect(kept({ daily: 2 }, ...nights)).toEqual(['2026-11-19T02:30', '2026-11-20T14:00']);
    // 2026-11-15 is a Sunday, the last day of its week.
    const weeks = ['2026-11-14T00:00', '2026-11-15T23:59', '2026-11-16T00:00'];
    expect(kept({ weekly: 2 }, ...weeks)).toEqual(weeks.slice(1));
    // The first days of 2027 belong to the last week of 2026.
    const newYear = ['2026-12-28T00:00', '2027-01-03T00:00', '2027-01-04T00:00'];
    expect(kept({ weekly: 2 }, ...newYear)).toEqual(newYear.slice(1));
    const months = ['2026-09-30T00:00', '2026-10-01T00:00', '2026-10-31T23:00', '2026-12-01T00:00'];
    expect(kept({ monthly: 2 }, ...months)).toEqual(months.slice(2));
    expect(kept({ yearly: 9 }, '2024-01-01T00:00', '2026-01-01T00:00')).toHaveLength(2);
  });

  it('says every reason', () => {
    const { keep } = planPrune(candidates('2026-11-20T02:30!'), { ...none, last: 1, daily: 1 });
    expect(keep).toEqual([
      { id: '2026-11-20T02:30', because: ['last 1', 'daily 2026-11-20', 'newest proved'] },
    ]);
  });

  it('keeps the newest proved one of each database, and counts each for itself', () => {
    expect(kept({ last: 1 }, '2026-01-01T00:00!', '2026-01-02T00:00!', '2026-01-03T00:00')).toEqual(
      ['2026-01-02T00:00', '2026-01-03T00:00'],
    );
    const other = candidates('2025-01-01T00:00').map((each) => ({ ...each, database: 'other' }));
    const plan = planPrune([...other, ...candidates('2026-01-01T00:00')], { ...none, last: 1 });
    expect(plan.remove).toEqual([]);
  });

  it('keeps what cannot be read until it is given up', () => {
    const damaged: Candidate = {
      id: 'x',
      startedAt: null,
      database: '',
      proved: false,
      parent: null,
    };
    const all = [damaged, ...candidates('2026-01-01T00:00')];
    expect(planPrune(all, { ...none, last: 1 }).remove).toEqual([]);
    expect(planPrune(all, { ...none, last: 1 }, 'remove').remove).toEqual(['x']);
  });
});

const moment = fc.date({
  min: new Date('2020-01-01T00:00:00Z'),
  max: new Date('2027-01-01T00:00:00Z'),
  noInvalidDate: true,
});
/** Ids sort by time. */
const idAt = (index: number): string => `id-${String(index).padStart(2, '0')}`;
const some = fc
  .array(
    fc.record({
      startedAt: fc.option(moment),
      database: fc.constantFrom('a', 'b'),
      proved: fc.boolean(),
      // How far back what it builds on is; 0: it builds on nothing.
      back: fc.nat({ max: 3 }),
    }),
    { maxLength: 60 },
  )
  .map((all) =>
    all.map(({ back, ...each }, index): Candidate => {
      const parent = back > 0 && index >= back ? idAt(index - back) : null;
      return { ...each, id: idAt(index), parent };
    }),
  );
const upTo = fc.nat({ max: 8 });
const someRules: fc.Arbitrary<KeepRules> = fc.record({
  last: upTo,
  within: fc.option(fc.constantFrom('1d', '30d', '6m', '1y2m3d4h').map((text) => readSpan(text)!)),
  daily: upTo,
  weekly: upTo,
  monthly: upTo,
  yearly: upTo,
});

describe('what builds on others', () => {
  const chain: readonly Candidate[] = candidates(
    '2026-11-18T02:30',
    '2026-11-19T02:30',
    '2026-11-20T02:30',
  ).map((each, at, all) => ({ ...each, parent: all[at - 1]?.id ?? null }));

  it('keeps all that it builds on, and says why', () => {
    const { keep, remove } = planPrune(chain, { ...none, last: 1 });
    expect(remove).toEqual([]);
    expect(keep.map(({ because }) => because)).toEqual([
      ['2026-11-19T02:30 builds on it'],
      ['2026-11-20T02:30 builds on it'],
      ['last 1'],
    ]);
  });

  it('goes with all of its chain when a newer one takes its place', () => {
    const all = [...chain, ...candidates('2026-11-21T02:30')];
    expect(planPrune(all, { ...none, last: 1 }).remove).toEqual(chain.map(({ id }) => id));
  });
});

describe('any plan', () => {
  it('keeps all that what is kept builds on', () => {
    fc.assert(
      fc.property(some, someRules, (all, rules) => {
        const staying = new Set(planPrune(all, rules).keep.map(({ id }) => id));
        const lost = all.filter(
          ({ id, parent }) => parent !== null && staying.has(id) && !staying.has(parent),
        );
        expect(lost).toEqual([]);
      }),
    );
  });

  const newest = (list: readonly Candidate[]): Candidate | undefined =>
    list.toSorted((a, b) => Number(a.startedAt) - Number(b.startedAt)).at(-1);

  it('keeps or removes each, once', () => {
    fc.assert(
      fc.property(some, someRules, (all, rules) => {
        const { keep, remove } = planPrune(all, rules);
        const told = [...keep.map(({ id }) => id), ...remove];
        expect(told.toSorted()).toEqual(all.map(({ id }) => id).toSorted());
      }),
    );
  });

  it('never removes the newest proved one, the newest where a rule is given, nor the unreadable', () => {
    fc.assert(
      fc.property(some, someRules, (all, rules) => {
        const { remove } = planPrune(all, rules);
        const removed = all.filter(({ id }) => remove.includes(id));
        expect(removed.filter(({ startedAt }) => startedAt === null)).toEqual([]);
        for (const name of ['a', 'b']) {
          const readable = all.filter((each) => each.startedAt && each.database === name);
          const times = removed
            .filter(({ database }) => database === name)
            .map(({ startedAt }) => Number(startedAt));
          const latest = Math.max(...times, -Infinity);
          const proved = newest(readable.filter((each) => each.proved));
          const removedProved = removed.filter((each) => each.database === name && each.proved);
          for (const each of removedProved)
            expect(Number(each.startedAt)).toBeLessThanOrEqual(Number(proved?.startedAt));
          expect(removedProved.length).toBeLessThan(
            Math.max(1, readable.filter((each) => each.proved).length),
          );
          const isGiven = Object.values(rules).some(Boolean);
          const top = Number(newest(readable)?.startedAt ?? Infinity);
          expect(!isGiven || latest <= top).toBe(true);
          expect(isGiven && readable.length === 1 ? times : []).toEqual([]);
        }
      }),
    );
  });

  it('removes nothing more when it is made again of what was kept', () => {
    fc.assert(
      fc.property(some, someRules, (all, rules) => {
        const { remove } = planPrune(all, rules);
        const left = all.filter(({ id }) => !remove.includes(id));
        expect(planPrune(left, rules).remove).toEqual([]);
      }),
    );
  });

  it('keeps no less by a larger number', () => {
    const field = fc.constantFrom('last', 'daily', 'weekly', 'monthly', 'yearly');
    fc.assert(
      fc.property(some, someRules, field, (all, rules, name) => {
        const more = planPrune(all, { ...rules, [name]: rules[name as 'last'] + 1 });
        const fewer = planPrune(all, rules);
        expect(fewer.remove).toEqual(expect.arrayContaining([...more.remove]));
      }),
    );
  });
});

const nothing = { years: 0, months: 0, days: 0, hours: 0, seconds: 0 };

it.each([
  ['30d', { years: 0, months: 0, days: 30, hours: 0, seconds: 0 }],
  ['2w', { years: 0, months: 0, days: 14, hours: 0, seconds: 0 }],
  ['1y6m3d12h', { years: 1, months: 6, days: 3, hours: 12, seconds: 0 }],
  ['', null],
  ['30', null],
  ['5min', { ...nothing, seconds: 300 }],
  ['2h30s', { ...nothing, hours: 2, seconds: 30 }],
  ['5sec', null],
  ['-1d', null],
  ['1d1y', null],
])('reads the time "%s"', (text, span) => {
  expect(readSpan(text)).toEqual(span);
});
