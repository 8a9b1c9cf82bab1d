import fc from 'fast-check';
import { expect, test } from 'vitest';
import { coverage } from '../../../src/backup/wal/coverage.ts';
import {
  type Histories,
  parseHistory,
  type TimelineSwitch,
} from '../../../src/backup/wal/timelines.ts';
import { type BaseBackup, recoveryWindows } from '../../../src/backup/wal/windows.ts';
import type { StoredWal } from '../../../src/repository/contract.ts';
import {
  lsnText,
  parseLsn,
  parseWalName,
  segmentName,
  segmentNumber,
} from '../../../src/wal-names.ts';

const segmentBytes = 2 ** 20;
const at = (segment: number, offset = 0.5): bigint =>
  BigInt(Math.floor((segment + offset) * segmentBytes));
const none: Histories = new Map();

function archived(numbers: Readonly<Record<number, readonly number[]>>, histories = none) {
  const entries = Object.entries(numbers).map(
    ([timeline, list]) => [Number(timeline), new Set(list)] as const,
  );
  return { segmentBytes, numbers: new Map(entries), histories };
}

function base(start: number, stop: number, more: Partial<BaseBackup> = {}): BaseBackup {
  return {
    ...{ id: 'b', timeline: 1, startLsn: at(start, 0.1), stopLsn: at(stop, 0.9) },
    ...{ includesWal: false, ...more },
  };
}

const name = (number: number, timeline = 1): string => segmentName(timeline, number, segmentBytes);

test('a window goes from where the backup ends to the first gap', () => {
  expect(recoveryWindows(archived({ 1: [3, 4, 5, 7] }), [base(3, 4)])).toEqual([
    {
      ...{ base: 'b', timeline: 1, from: lsnText(at(4, 0.9)), to: lsnText(at(6, 0)) },
      ...{ lastSegment: name(5), missing: name(6) },
    },
  ]);
  expect(recoveryWindows(archived({ 1: [3, 4, 5] }), [base(3, 4)])[0]?.missing).toBe(null);
});

test('a backup whose own log is not all there has none, unless it has that itself', () => {
  const segments = archived({ 1: [4, 5] });
  expect(recoveryWindows(segments, [base(3, 4)])).toEqual([]);
  expect(recoveryWindows(segments, [base(3, 4, { includesWal: true })])).toMatchObject([
    { to: lsnText(at(6, 0)) },
  ]);
  expect(recoveryWindows(archived({}), [base(3, 4, { includesWal: true })])).toMatchObject([
    { from: lsnText(at(4, 0.9)), to: lsnText(at(4, 0.9)), lastSegment: null },
  ]);
});

test('a timeline that left after the backup is one more way; one that left before is none', () => {
  const left = (segment: number): Histories => new Map([[2, [{ parent: 1, at: at(segment) }]]]);
  const numbers = { 1: [3, 4, 5], 2: [6, 7] };
  expect(recoveryWindows(archived(numbers, left(6)), [base(3, 4)])).toMatchObject([
    { timeline: 1, to: lsnText(at(6, 0)) },
    { timeline: 2, to: lsnText(at(8, 0)), lastSegment: name(7, 2) },
  ]);
  const early = recoveryWindows(archived(numbers, left(4)), [base(3, 4)]);
  expect(early.map(({ timeline }) => timeline)).toEqual([1]);
});

test('a parent has nothing to say behind the segment in which it was left', () => {
  const histories: Histories = new Map([[2, [{ parent: 1, at: at(5) }]]]);
  const numbers = { 1: [3, 4, 5, 6, 7, 8, 9], 2: [5, 6, 7] };
  expect(recoveryWindows(archived(numbers, histories), [base(3, 4)])).toMatchObject([
    { timeline: 1, to: lsnText(at(10, 0)) },
    { timeline: 2, to: lsnText(at(8, 0)), lastSegment: name(7, 2), missing: null },
  ]);
});

const lists = fc.uniqueArray(fc.nat({ max: 30 }), { maxLength: 30 });
const histories = fc
  .uniqueArray(fc.integer({ min: 1, max: 29 }), { maxLength: 3 })
  .map((places) =>
    places
      .toSorted((a, b) => a - b)
      .map((segment, index): TimelineSwitch => ({ parent: index + 1, at: at(segment) })),
  );

test('every segment of a window is there, the next is not, and without any it ends before', () => {
  fc.assert(
    fc.property(
      ...[lists, lists, lists, lists, histories, fc.nat({ max: 12 }), fc.nat({ max: 2 })],
      (one, two, three, four, switches, start, length) => {
        const known = new Map(
          switches.map((_, index) => [index + 2, switches.slice(0, index + 1)] as const),
        );
        const numbers = { 1: one, 2: two, 3: three, 4: four };
        const bases = [base(start, start + length)];
        for (const window of recoveryWindows(archived(numbers, known), bases)) {
          const line = known.get(window.timeline) ?? [];
          const places = line.map(({ at }) => Number(at / BigInt(segmentBytes)));
          const allowed = (number: number) => [
            ...(line.length === 0 ? [window.timeline] : number <= places[0]! ? [1] : []),
            ...line.flatMap((_, index) =>
              number >= places[index]! && number <= (places[index + 1] ?? Infinity)
                ? [index + 2]
                : [],
            ),
          ];
          const isThere = (number: number) =>
            allowed(number).some((timeline) =>
              numbers[timeline as 1 | 2 | 3 | 4]?.includes(number),
            );
          const end = Number(parseLsn(window.to)! / BigInt(segmentBytes));
          expect(end).toBeGreaterThan(start + length);
          for (let number = start; number < end; number++) {
            expect(isThere(number)).toBe(true);
            const without = Object.fromEntries(
              Object.entries(numbers).map(([key, list]) => [
                key,
                list.filter((each) => each !== number),
              ]),
            );
            const less = recoveryWindows(archived(without, known), bases);
            const same = less.find(({ timeline }) => timeline === window.timeline);
            expect(same === undefined || parseLsn(same.to)! <= at(number, 0)).toBe(true);
          }
          expect(isThere(end)).toBe(false);
        }
      },
    ),
  );
});

function stored(names: readonly string[]): StoredWal[] {
  return names.map((name) => ({
    name: parseWalName(name)!,
    ...{ sha256: '', file: name, storedBytes: 10, storedAt: '2026-11-21T02:00:00.000Z' },
  }));
}

test('gaps and segments make up all from the first to the last', () => {
  fc.assert(
    fc.property(lists, (list) => {
      const numbers = list.toSorted((a, b) => a - b);
      const [line] = coverage(stored(numbers.map((number) => name(number))), segmentBytes, none);
      const missing = (line?.gaps ?? []).flatMap(({ first, last, segments }) => {
        const [from, to] = [first, last].map((one) =>
          segmentNumber(parseWalName(one)!.at!, segmentBytes)!,
        );
        expect(to! - from! + 1).toBe(segments);
        return Array.from({ length: segments }, (_, index) => from! + index);
      });
      const [first = 0, last = -1] = [numbers.at(0), numbers.at(-1)];
      const all = Array.from({ length: last - first + 1 }, (_, index) => first + index);
      expect([...numbers, ...missing].toSorted((a, b) => a - b)).toEqual(all);
    }),
  );
});

test('a timeline that does not begin where its parent ends has a gap; a partial one has none', () => {
  const left: Histories = new Map([[2, [{ parent: 1, at: at(6) }]]]);
  const lines = (numbers: readonly number[]) =>
    coverage(
      stored([name(4), name(5), `${name(6)}.partial`, ...numbers.map((one) => name(one, 2))]),
      segmentBytes,
      left,
    );
  expect(lines([6, 7]).map(({ gaps }) => gaps)).toEqual([[], []]);
  expect(lines([7])[1]?.gaps).toEqual([{ first: name(6, 2), last: name(6, 2), segments: 1 }]);
  expect(lines([7])[0]).toMatchObject({ last: name(5), partial: `${name(6)}.partial` });
});

test('a history is read as PostgreSQL writes it', () => {
  const text =
    '1\t0/5000000\tno recovery target specified\n\n# a comment\n2\t16/B374D848\tbefore\n';
  expect(parseHistory(text)).toEqual([
    { parent: 1, at: 0x5000000n },
    { parent: 2, at: 0x16b374d848n },
  ]);
});
