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

/**
 * A timeline with its parents: each from the segment number `from` on, the newest first. A parent has
 * no more than the segment `to`, in which it was left: what it wrote behind that is another story.
 */
export interface Stretch {
  readonly timeline: number;
  readonly from: number;
  readonly to: number;
}

/** Which timelines a recovery to one may read segments of, in the order PostgreSQL tries them. */
export function stretchesOf(
  timeline: number,
  histories: Histories,
  segmentBytes: number,
): readonly Stretch[] {
  const switches = histories.get(timeline) ?? [];
  const children = [...switches.slice(1).map(({ parent }) => parent), timeline];
  const places = switches.map(({ at }) => Number(at / BigInt(segmentBytes)));
  const begun = places.map((from, index) => ({
    ...{ timeline: children[index]!, from, to: places[index + 1] ?? Infinity },
  }));
  const [oldest] = switches;
  const first = { timeline: oldest?.parent ?? timeline, from: 0, to: places[0] ?? Infinity };
  return [...begun.toReversed(), first];
}

/** Where a timeline in the ancestry of another ends; null: it is that one, or none of its parents. */
export function endOfParent(parent: number, timeline: number, histories: Histories): bigint | null {
  return histories.get(timeline)?.find((one) => one.parent === parent)?.at ?? null;
}
