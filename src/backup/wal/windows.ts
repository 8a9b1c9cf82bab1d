import { lsnText, segmentName } from '../../wal-names.ts';
import { endOfParent, type Histories, ownersOf, stretchesOf } from './timelines.ts';

/** What is archived of a cluster, as far as recovery needs it. */
export interface ArchivedSegments {
  readonly segmentBytes: number;
  /** Numbers of whole segments by timeline; see `segmentNumber`. */
  readonly numbers: ReadonlyMap<number, ReadonlySet<number>>;
  readonly histories: Histories;
}

/** A base backup, as far as recovery needs it. */
export interface BaseBackup {
  readonly id: string;
  readonly timeline: number;
  /** Where replay begins, and from where on the database is consistent. */
  readonly startLsn: bigint;
  readonly stopLsn: bigint;
  /** The backup itself has the log from start to stop. */
  readonly includesWal: boolean;
}

/** What can be recovered to, from one base backup along one timeline. */
export interface RecoveryWindow {
  readonly base: string;
  readonly timeline: number;
  /** `16/B374D848`; the earliest and the latest place of the log. */
  readonly from: string;
  readonly to: string;
  /** The last segment that recovery will read; null: only what the backup itself has. */
  readonly lastSegment: string | null;
  /** The first segment that is missing while later ones are there; null: the window ends where the archive does. */
  readonly missing: string | null;
}

/**
 * The windows of recovery: each base backup with each timeline that descends from it, as far as the
 * archive goes without a gap. A base backup whose own log is not all there has none.
 */
export function recoveryWindows(
  segments: ArchivedSegments,
  bases: readonly BaseBackup[],
): readonly RecoveryWindow[] {
  const timelines = [...segments.numbers.keys(), ...segments.histories.keys()];
  return bases.flatMap((base) => {
    const along = [...new Set([base.timeline, ...timelines])].toSorted((a, b) => a - b);
    return along.flatMap((timeline) => windowOf(segments, base, timeline) ?? []);
  });
}

/**
 * Whether a recovery from a base backup can go along a timeline: one that left before the backup was
 * consistent does not lead from it.
 */
export function leadsTo(
  { timeline: own, stopLsn }: Pick<BaseBackup, 'timeline' | 'stopLsn'>,
  timeline: number,
  histories: Histories,
): boolean {
  const left = endOfParent(own, timeline, histories);
  return timeline === own || (left !== null && left >= stopLsn);
}

function windowOf(
  segments: ArchivedSegments,
  base: BaseBackup,
  timeline: number,
): RecoveryWindow | null {
  const { segmentBytes, histories, numbers } = segments;
  const isOwn = timeline === base.timeline;
  if (!leadsTo(base, timeline, histories)) return null;
  const stretches = stretchesOf(timeline, histories, segmentBytes);
  const owner = (number: number): number | null =>
    ownersOf(number, stretches).find((one) => numbers.get(one)?.has(number)) ?? null;
  const numberOf = (lsn: bigint): number => Number(lsn / BigInt(segmentBytes));
  const first = numberOf(base.startLsn);
  const consistent = numberOf(base.stopLsn - 1n);
  let next = first;
  while (owner(next) !== null || (base.includesWal && next <= consistent)) next++;
  if (next <= consistent) return null;
  const last = next - 1;
  const lastOwner = owner(last);
  // Along a timeline of which nothing is archived there is nowhere to go.
  if (!isOwn && lastOwner !== timeline) return null;
  const later = [...(numbers.get(timeline) ?? [])].reduce((a, b) => Math.max(a, b), -1);
  const end = BigInt(next) * BigInt(segmentBytes);
  return {
    base: base.id,
    timeline,
    from: lsnText(base.stopLsn),
    to: lsnText(lastOwner === null ? base.stopLsn : end),
    lastSegment: lastOwner === null ? null : segmentName(lastOwner, last, segmentBytes),
    missing: later > next ? segmentName(timeline, next, segmentBytes) : null,
  };
}
