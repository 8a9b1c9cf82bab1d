import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { type Candidate, type KeepRules, planPrune } from '../../../src/backup/retention.ts';
import { readSpan } from '../../../src/backup/span.ts';
import { chainIn, type KnownBase } from '../../../src/backup/wal/bases.ts';
import { keptByWindow, unneededWal } from '../../../src/backup/wal/keeping.ts';
import { endOfParent } from '../../../src/backup/wal/timelines.ts';
import { leadsTo } from '../../../src/backup/wal/windows.ts';
import type { StoredWal } from '../../../src/repository/contract.ts';
import { segmentName } from '../../../src/wal-names.ts';
import {
  at,
  type Life,
  lives,
  recoverable,
  segmentBytes,
  storedAt,
  timeAt,
  windowsOf,
} from './histories.ts';

const none: KeepRules = { last: 0, within: null, daily: 0, weekly: 0, monthly: 0, yearly: 0 };
const far = timeAt(1_000_000);
const someSeconds = fc.integer({ min: 1, max: 60 });

/** What is left of a life when it was pruned, and the seconds from which all must be there. */
function pruned(
  life: Life,
  seconds: number,
  { rules = none, clock = far }: { readonly rules?: KeepRules; readonly clock?: Date } = {},
): Life & { readonly begin: Date } {
  const window = readSpan(`${seconds}s`)!;
  const kept = keptByWindow(life, { window, clock });
  const { remove } = planPrune(life.bases.map(candidateOf), rules, 'keep', kept);
  const bases = life.bases.filter(({ id }) => !remove.includes(id));
  const gone = new Set(unneededWal(life.stored, bases, life.histories));
  const stored = life.stored.filter((one) => !gone.has(one));
  const end = Math.max(...life.moments.map(({ time }) => time.getTime()));
  return { ...life, bases, stored, begin: new Date(end - seconds * 1000) };
}

function hadEnded({ begin, stored }: ReturnType<typeof pruned>, base: KnownBase): boolean {
  const { timeline, stopLsn, finishedAt } = base;
  const last = segmentName(timeline, Number(stopLsn / BigInt(segmentBytes)), segmentBytes);
  const segment = stored.find(({ file }) => file === last);
  return finishedAt <= begin && (!segment || new Date(segment.storedAt) <= begin);
}

function candidateOf({ id, parent, finishedAt }: KnownBase): Candidate {
  return { id, parent, startedAt: finishedAt, database: 'base', proved: false };
}

describe('a window', () => {
  it('can still be recovered to, every moment of it', () => {
    fc.assert(
      fc.property(lives, someSeconds, (life, seconds) => {
        const left = pruned(life, seconds);
        const before = recoverable(life, windowsOf(life)).filter(({ time }) => time >= left.begin);
        const after = new Set(recoverable(left, windowsOf(left)));
        expect(before.filter((moment) => !after.has(moment))).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it('keeps no backup from before it that no moment of it needs', () => {
    fc.assert(
      fc.property(lives, someSeconds, (life, seconds) => {
        const left = pruned(life, seconds);
        const windows = windowsOf(left);
        const goOn = [
          ...left.moments.filter(({ time }) => time >= left.begin),
          ...left.bases.filter(({ finishedAt }) => finishedAt >= left.begin),
        ];
        const timelines = new Set(goOn.map(({ timeline }) => timeline));
        const openings = [...timelines].flatMap((timeline) => {
          const along = windows.filter((window) => window.timeline === timeline);
          const before = left.bases.filter(
            (base) => hadEnded(left, base) && along.some((window) => window.base === base.id),
          );
          return before.toSorted((a, b) => (a.stopLsn < b.stopLsn ? -1 : 1)).slice(-1);
        });
        const needed = openings.flatMap((base) => chainIn(left.bases, base)!);
        const others = left.bases.filter((base) => !hadEnded(left, base));
        for (const base of others) needed.push(...chainIn(left.bases, base)!);
        expect(left.bases.map(({ id }) => id)).toEqual([...new Set(needed)].toSorted());
      }),
      { numRuns: 400 },
    );
  });

  it('needs nothing else of a life that was pruned before', () => {
    fc.assert(
      fc.property(lives, someSeconds, (life, seconds) => {
        const once = pruned(life, seconds);
        const twice = pruned(once, seconds);
        expect(twice.bases).toEqual(once.bases);
        expect(twice.stored).toEqual(once.stored);
      }),
    );
  });

  it('keeps no less when a clock was set back or ran ahead', () => {
    const wrong = fc.record({
      which: fc.nat(),
      seconds: fc.oneof(fc.integer({ min: -100, max: 100 }), fc.integer({ min: -1e8, max: 1e8 })),
    });
    const now = fc.option(fc.integer({ min: -1e8, max: 1e8 }).map(timeAt), { nil: far });
    fc.assert(
      fc.property(lives, someSeconds, wrong, now, (life, seconds, { which, ...by }, clock) => {
        const at = which % life.bases.length;
        const bases = life.bases.map((base, index) => {
          const time = base.finishedAt.getTime() + by.seconds * 1000;
          return index === at ? { ...base, finishedAt: new Date(time) } : base;
        });
        const right = pruned(life, seconds);
        const inside = recoverable(right, windowsOf(right)).filter(
          ({ time }) => time >= right.begin,
        );
        for (const left of [
          pruned({ ...life, bases }, seconds),
          pruned(life, seconds, { clock }),
        ]) {
          const after = new Set(recoverable(left, windowsOf(left)));
          expect(inside.filter((moment) => !after.has(moment))).toEqual([]);
        }
      }),
      { numRuns: 400 },
    );
  });
});

/** Every segment that some recovery from one of the backups reads. */
function read({ bases, histories, stored }: Life): ReadonlySet<string> {
  const names = new Set(stored.map(({ file }) => file));
  const timelines = new Set([1, ...histories.keys()]);
  const found = new Set<string>();
  for (const base of bases)
    for (const timeline of timelines) {
      if (!leadsTo(base, timeline, histories)) continue;
      const path = [...(histories.get(timeline) ?? []).map(({ parent }) => parent), timeline];
      const owner = (number: number): number =>
        path.find((one) => {
          const end = endOfParent(one, timeline, histories);
          return end === null || number < Number(end / BigInt(segmentBytes));
        })!;
      for (let number = Number(base.startLsn / BigInt(segmentBytes)); ; number++) {
        const name = segmentName(owner(number), number, segmentBytes);
        if (names.has(name)) found.add(name);
        else if (at(number, 0) >= base.stopLsn) break;
      }
    }
  return found;
}

describe('the log', () => {
  const rules: fc.Arbitrary<KeepRules> = fc
    .integer({ min: 1, max: 4 })
    .map((last) => ({ ...none, last }));

  it('stays as far as any backup that stays can be recovered along it, and no further', () => {
    fc.assert(
      fc.property(lives, someSeconds, rules, (life, seconds, more) => {
        const left = pruned(life, seconds, { rules: more });
        const names = left.stored.map(({ file }) => file);
        const needed = read({ ...left, stored: life.stored });
        expect(names.toSorted()).toEqual([...needed].toSorted());
      }),
      { numRuns: 400 },
    );
  });

  it('goes from its oldest end, so that a run that is stopped leaves no gap', () => {
    fc.assert(
      fc.property(lives, someSeconds, fc.nat(), (life, seconds, stop) => {
        const left = pruned(life, seconds);
        const gone = unneededWal(life.stored, left.bases, life.histories);
        const stopped = new Set(gone.slice(0, stop % (gone.length + 1)));
        const half = { ...left, stored: life.stored.filter((one) => !stopped.has(one)) };
        expect(windowsOf(half)).toEqual(expect.arrayContaining([...windowsOf(left)]));
        const numbers = gone.map(({ name }) => name.at!.log * 4096 + name.at!.part);
        expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
      }),
    );
  });

  const name = (number: number, timeline = 1): string =>
    segmentName(timeline, number, segmentBytes);
  const base = (id: string, timeline: number, start: number): KnownBase => ({
    ...{ id, cluster: '7', parent: null, timeline, segmentBytes, includesWal: true },
    ...{ startLsn: at(start), stopLsn: at(start + 1, 0.1), finishedAt: timeAt(start) },
  });
  const files = (...names: string[]) => names.map((each) => storedAt(each, timeAt(1)));
  const left = (gone: readonly StoredWal[]): string[] => gone.map(({ file }) => file);

  it('keeps histories, goes with its backup files and with what was not filled', () => {
    const all = files('00000002.history', `${name(3)}.00000028.backup`, name(3), name(4), name(5));
    const more = [...all, ...files(`${name(5)}.partial`, `${name(4)}.partial`, name(2))];
    const gone = unneededWal(more, [base('a', 1, 5)], new Map());
    expect(left(gone).toSorted()).toEqual(
      [name(2), name(3), `${name(3)}.00000028.backup`, name(4), `${name(4)}.partial`].toSorted(),
    );
  });

  it('stays where no backup tells what is needed, or where a timeline came from', () => {
    expect(unneededWal(files(name(2)), [], new Map())).toEqual([]);
    const sizes = [base('a', 1, 5), { ...base('b', 1, 6), segmentBytes: 2 ** 24 }];
    expect(unneededWal(files(name(2)), sizes, new Map())).toEqual([]);
    const unknown = files(name(4, 2), name(5, 2), name(6, 2));
    expect(left(unneededWal(unknown, [base('a', 1, 5)], new Map()))).toEqual([name(4, 2)]);
  });

  test('a timeline that left before the backup had ended goes, its parent stays', () => {
    const histories = new Map([[2, [{ parent: 1, at: at(5, 0.9) }]]]);
    const all = files(name(5), name(6), name(5, 2), name(6, 2));
    const gone = unneededWal(all, [base('a', 1, 5)], histories);
    expect(left(gone)).toEqual([name(5, 2), name(6, 2)]);
  });
});

describe('a backup whose chain is not whole', () => {
  it('opens no window: the one before it does', () => {
    const life = (parent: string | null): ReadonlyMap<string, string> => {
      const one = (id: string, tick: number, more = {}): KnownBase => ({
        ...{ id, cluster: '7', parent: null, timeline: 1, segmentBytes, includesWal: true },
        ...{ startLsn: at(tick), stopLsn: at(tick, 0.9), finishedAt: timeAt(tick), ...more },
      });
      const bases = [one('a', 1), one('b', 2), one('c', 3, { parent })];
      const stored = [storedAt(segmentName(1, 20, segmentBytes), timeAt(20))];
      const window = readSpan('10s')!;
      return keptByWindow({ bases, histories: new Map(), stored }, { window, clock: far });
    };
    expect([...life(null)]).toEqual([['c', 'opens the window']]);
    expect([...life('x')]).toEqual([
      ['b', 'opens the window'],
      ['c', 'within the window'],
    ]);
  });
});
