import { parseLsn } from '../../wal-names.ts';

/** Where a timeline left another: the lines of a history file, oldest first. */
export interface TimelineSwitch {
  readonly parent: number;
  /** The first place that is no more of the parent. */
  readonly at: bigint;
}

/** Ancestry by timeline; a timeline without a history has none. */
export type Histories = ReadonlyMap<number, readonly TimelineSwitch[]>;

/** Reads a history file (timeline.c): `PARENT LSN REASON` in a line; `#` begins a comment. */
export function parseHistory(text: string): readonly TimelineSwitch[] {
  return text.split('\n').flatMap((line) => {
    const [, parent, lsn = ''] = /^\s*(\d+)\s+(\S+)/.exec(line) ?? [];
    const at = parseLsn(lsn);
    return parent === undefined || at === null ? [] : [{ parent: Number(parent), at }];
  });
}

/** A timeline with its parents: each from the segment number `from` on, the newest first. */
export interface Stretch {
  readonly timeline: number;
  readonly from: number;
}

/** Which timelines a recovery to one may read segments of, in the order PostgreSQL tries them. */
export function stretchesOf(
  timeline: number,
  histories: Histories,
  segmentBytes: number,
): readonly Stretch[] {
  const switches = histories.get(timeline) ?? [];
  const children = [...switches.slice(1).map(({ parent }) => parent), timeline];
  const begun = switches.map(({ at }, index) => ({
    timeline: children[index]!,
    from: Number(at / BigInt(segmentBytes)),
  }));
  const [oldest] = switches;
  return [...begun.toReversed(), { timeline: oldest?.parent ?? timeline, from: 0 }];
}

/**
 * Which of them may have a segment, in that order: a parent has none behind the one in which its
 * child left it. What it wrote later is another history.
 */
export function ownersOf(number: number, stretches: readonly Stretch[]): readonly number[] {
  return stretches
    .filter(({ from }, index) => from <= number && number <= (stretches[index - 1]?.from ?? number))
    .map(({ timeline }) => timeline);
}

/** Where a timeline in the ancestry of another ends; null: it is that one, or none of its parents. */
export function endOfParent(parent: number, timeline: number, histories: Histories): bigint | null {
  return histories.get(timeline)?.find((one) => one.parent === parent)?.at ?? null;
}
