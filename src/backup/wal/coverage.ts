import type { StoredWal } from '../../repository/contract.ts';
import { segmentName, segmentNumber } from '../../wal-names.ts';
import type { Histories } from './timelines.ts';

/** Segments that are missing between two that are there. */
export interface Gap {
  readonly first: string;
  readonly last: string;
  readonly segments: number;
}

/** What is archived of one timeline. */
export interface TimelineCoverage {
  readonly timeline: number;
  /** Names of whole segments; null: there is none. */
  readonly first: string | null;
  readonly last: string | null;
  readonly segments: number;
  readonly storedBytes: number;
  /** When the last one was stored, ISO 8601, UTC. */
  readonly lastStoredAt: string | null;
  /** A segment that was not filled when it was stored. */
  readonly partial: string | null;
  readonly partialStoredAt: string | null;
  readonly gaps: readonly Gap[];
}

/** Numbers of whole segments by timeline. */
export function numbersByTimeline(
  stored: readonly StoredWal[],
  segmentBytes: number,
): Map<number, Set<number>> {
  const numbers = new Map<number, Set<number>>();
  for (const { name } of stored) {
    const number = name.kind === 'segment' && name.at ? segmentNumber(name.at, segmentBytes) : null;
    if (number === null) continue;
    numbers.set(name.timeline, (numbers.get(name.timeline) ?? new Set()).add(number));
  }
  return numbers;
}

/** Each timeline of an archive, oldest first; a gap before its first segment is one of its own. */
export function coverage(
  stored: readonly StoredWal[],
  segmentBytes: number,
  histories: Histories,
): readonly TimelineCoverage[] {
  const numbers = numbersByTimeline(stored, segmentBytes);
  const kept = stored.filter(({ name }) => name.kind === 'segment' || name.kind === 'partial');
  const timelines = [...new Set(kept.map(({ name }) => name.timeline))].toSorted((a, b) => a - b);
  return timelines.map((timeline) => {
    const own = kept.filter(({ name }) => name.timeline === timeline);
    const whole = own.filter(({ name }) => name.kind === 'segment');
    const partial = own.findLast(({ name }) => name.kind === 'partial');
    const name = (number: number): string => segmentName(timeline, number, segmentBytes);
    const there = [...(numbers.get(timeline) ?? [])].toSorted((a, b) => a - b);
    return {
      timeline,
      first: whole[0]?.name.name ?? null,
      last: whole.at(-1)?.name.name ?? null,
      segments: there.length,
      storedBytes: own.reduce((sum, { storedBytes }) => sum + storedBytes, 0),
      lastStoredAt: whole.at(-1)?.storedAt ?? null,
      partial: partial?.name.name ?? null,
      partialStoredAt: partial?.storedAt ?? null,
      gaps: gapsIn([...lead(timeline, numbers, histories, segmentBytes), ...there], name),
    };
  });
}

/**
 * What must stand right before the first segment of a timeline: the one before its beginning, where
 * its parent is archived at all.
 */
function lead(
  timeline: number,
  numbers: ReadonlyMap<number, ReadonlySet<number>>,
  histories: Histories,
  segmentBytes: number,
): readonly number[] {
  const begun = histories.get(timeline)?.at(-1);
  if (!begun || !numbers.has(begun.parent)) return [];
  const before = Number(begun.at / BigInt(segmentBytes)) - 1;
  // The parent's own end may lack some; what lies before that is for its own gaps to tell.
  const last = Math.max(...[...numbers.get(begun.parent)!].filter((one) => one <= before), -1);
  return last < 0 ? [] : [last];
}

/** Where numbers that rise leave some out. */
function gapsIn(numbers: readonly number[], name: (number: number) => string): readonly Gap[] {
  return numbers.slice(1).flatMap((number, index) => {
    const segments = number - numbers[index]! - 1;
    if (segments <= 0) return [];
    return [{ first: name(number - segments), last: name(number - 1), segments }];
  });
}
