import type { StoredWal } from '../../repository/contract.ts';
import { segmentName, segmentNumber } from '../../wal-names.ts';
import { before, type Span } from '../span.ts';
import { chainIn, type KnownBase } from './bases.ts';
import type { Histories } from './timelines.ts';
import { leadsTo } from './windows.ts';

/** What is stored of one cluster, as far as its window is concerned. */
export interface StoredCluster {
  readonly bases: readonly KnownBase[];
  readonly histories: Histories;
  readonly stored: readonly StoredWal[];
}

/**
 * Pure: which base backups every moment of a window needs, with why. On each timeline that goes on
 * within it these are the newest backup that had surely ended when it begins, and all behind that in
 * the log. A time that contradicts the order of the log opens no window: a clock that was set back or
 * ran ahead removes nothing more.
 */
export function keptByWindow(
  cluster: StoredCluster,
  { window, clock }: { readonly window: Span; readonly clock: Date },
): ReadonlyMap<string, string> {
  const { bases, histories } = cluster;
  const times = timesOf(cluster);
  const end = endOf(times);
  if (end === null) return new Map();
  const begin = before(end < clock ? end : clock, window);
  const timelines = [...times.keys(), ...histories.keys()];
  const newest = timelines.reduce((a, b) => Math.max(a, b), 0);
  const kept = new Map<string, string>();
  for (const timeline of new Set(timelines)) {
    const latest = times.get(timeline)?.latest;
    const goesOn = timeline === newest || (latest !== undefined && latest >= begin);
    if (!goesOn) continue;
    const path = bases
      .filter((base) => leadsTo(base, timeline, histories))
      .toSorted((a, b) => (a.stopLsn < b.stopLsn ? -1 : 1));
    const opening = path.findLastIndex((base, at) => {
      const earlier = path.slice(0, at).filter(({ finishedAt }) => finishedAt <= clock);
      const isOdd = earlier.some(({ finishedAt }) => finishedAt > base.finishedAt);
      return endedBy(begin, base, cluster) && !isOdd && chainIn(bases, base) !== null;
    });
    for (const [at, { id }] of path.entries())
      if (at === opening) kept.set(id, 'opens the window');
      else if (at > opening && !kept.has(id)) kept.set(id, 'within the window');
  }
  return kept;
}

interface TimelineTimes {
  readonly latest: Date;
  /** Of what stands last in the log. */
  readonly last: { readonly lsn: bigint; readonly time: Date };
}

/** When what is stored of each timeline was stored. */
function timesOf({ bases, stored }: StoredCluster): ReadonlyMap<number, TimelineTimes> {
  const times = new Map<number, TimelineTimes>();
  const add = (timeline: number, lsn: bigint, time: Date): void => {
    const { latest, last } = times.get(timeline) ?? { latest: time, last: { lsn, time } };
    times.set(timeline, {
      latest: latest < time ? time : latest,
      last: last.lsn < lsn ? { lsn, time } : last,
    });
  };
  const segmentBytes = bases[0]?.segmentBytes ?? 2 ** 24;
  for (const { name, storedAt } of stored) {
    if (name.kind !== 'segment' && name.kind !== 'partial') continue;
    const number = name.at && segmentNumber(name.at, segmentBytes);
    const lsn = BigInt((number ?? -1) + 1) * BigInt(segmentBytes);
    add(name.timeline, lsn, new Date(storedAt));
  }
  for (const { timeline, stopLsn, finishedAt } of bases) add(timeline, stopLsn, finishedAt);
  return times;
}

/** The time of what was stored last, by the order of the log rather than by any clock. */
function endOf(times: ReadonlyMap<number, TimelineTimes>): Date | null {
  const newest = [...times.keys()].reduce((a, b) => Math.max(a, b), 0);
  return times.get(newest)?.last.time ?? null;
}

/**
 * Whether a backup had surely ended at a time: the segment that it ended in was archived by then, too,
 * as far as it is there.
 */
function endedBy(
  time: Date,
  { timeline, stopLsn, segmentBytes, finishedAt }: KnownBase,
  { stored }: StoredCluster,
): boolean {
  const last = segmentName(timeline, numberOf(stopLsn - 1n, segmentBytes), segmentBytes);
  const segment = stored.find(({ name }) => name.name === last);
  return finishedAt <= time && (segment === undefined || new Date(segment.storedAt) <= time);
}

/**
 * Pure: what none of the base backups that stay can be recovered with, the oldest first. Histories
 * always stay, and so does what cannot be placed.
 */
export function unneededWal(
  stored: readonly StoredWal[],
  bases: readonly KnownBase[],
  histories: Histories,
): readonly StoredWal[] {
  const [segmentBytes, ...others] = new Set(bases.map((base) => base.segmentBytes));
  if (segmentBytes === undefined || others.length > 0) return [];
  const needs = bases.map((base) => ({ base, from: numberOf(base.startLsn, segmentBytes) }));
  const placed = stored.flatMap((one) => {
    const number = one.name.at && segmentNumber(one.name.at, segmentBytes);
    return number === null ? [] : [{ one, number }];
  });
  const unneeded = placed.filter(({ one, number }) => {
    const { timeline } = one.name;
    const leads = leadingTo(timeline, bases, histories);
    return !needs.some(({ base, from }) => number >= from && leads(base));
  });
  return unneeded.toSorted((a, b) => a.number - b.number).map(({ one }) => one);
}

/** Where the ancestry of a timeline is not known it may be any older one's. */
function leadingTo(
  timeline: number,
  bases: readonly KnownBase[],
  histories: Histories,
): (base: KnownBase) => boolean {
  const isKnown =
    timeline === 1 || histories.has(timeline) || bases.some((base) => base.timeline === timeline);
  return isKnown
    ? (base) => leadsTo(base, timeline, histories)
    : (base) => base.timeline < timeline;
}

function numberOf(lsn: bigint, segmentBytes: number): number {
  return Number(lsn / BigInt(segmentBytes));
}
