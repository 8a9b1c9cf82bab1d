import fc from 'fast-check';
import type { KnownBase } from '../../../src/backup/wal/bases.ts';
import { endOfParent, type TimelineSwitch } from '../../../src/backup/wal/timelines.ts';
import { recoveryWindows, type RecoveryWindow } from '../../../src/backup/wal/windows.ts';
import type { StoredWal } from '../../../src/repository/contract.ts';
import { parseLsn, parseWalName, segmentName } from '../../../src/wal-names.ts';
import { numbersByTimeline } from '../../../src/backup/wal/coverage.ts';

export const segmentBytes = 2 ** 20;
export const at = (segment: number, offset = 0.5): bigint =>
  BigInt(Math.floor((segment + offset) * segmentBytes));
const beginning = Date.parse('2026-11-21T00:00:00Z');
/** A second for each segment that is written. */
export const timeAt = (tick: number): Date => new Date(beginning + tick * 1000);

/** A state that was committed. */
export interface Moment {
  readonly time: Date;
  readonly timeline: number;
  readonly lsn: bigint;
}

/** The life of a cluster, with all that was archived of it. */
export interface Life {
  readonly bases: readonly KnownBase[];
  readonly histories: ReadonlyMap<number, readonly TimelineSwitch[]>;
  readonly stored: readonly StoredWal[];
  readonly moments: readonly Moment[];
}

type Step =
  | { readonly does: 'write'; readonly segments: number }
  | { readonly does: 'base'; readonly builds: boolean }
  /** Recovers to some moment, and goes on there as a new timeline. */
  | { readonly does: 'recover'; readonly to: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ does: fc.constant('write' as const), segments: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ does: fc.constant('base' as const), builds: fc.boolean() }),
  fc.record({ does: fc.constant('recover' as const), to: fc.nat() }),
);

export const lives: fc.Arbitrary<Life> = fc
  .array(step, { minLength: 3, maxLength: 25 })
  .map((steps) =>
    lived([{ does: 'base', builds: false }, ...steps, { does: 'write', segments: 3 }]),
  );

function lived(steps: readonly Step[]): Life {
  const bases: KnownBase[] = [];
  const histories = new Map<number, readonly TimelineSwitch[]>();
  const stored: StoredWal[] = [];
  const moments: Moment[] = [];
  let [timeline, newest, segment, tick] = [1, 1, 3, 0];
  const write = () => {
    tick++;
    moments.push({ time: timeAt(tick), timeline, lsn: at(segment) });
    stored.push(storedAt(segmentName(timeline, segment, segmentBytes), timeAt(tick)));
    segment++;
  };
  for (const one of steps) {
    if (one.does === 'write') for (let left = one.segments; left > 0; left--) write();
    if (one.does === 'base') {
      const startLsn = at(segment, 0.6);
      write();
      tick++;
      const id = `id-${String(bases.length).padStart(2, '0')}`;
      const parent = one.builds ? (bases.at(-1)?.id ?? null) : null;
      bases.push({
        ...{ id, cluster: '7', parent, timeline, startLsn, stopLsn: at(segment, 0.2) },
        ...{ segmentBytes, includesWal: true, finishedAt: timeAt(tick) },
      });
    }
    if (one.does === 'recover') {
      const life = { bases, histories, stored, moments };
      const possible = recoverable(life, windowsOf(life));
      const to = possible[one.to % Math.max(1, possible.length)];
      if (!to) continue;
      newest++;
      histories.set(newest, [
        ...(histories.get(to.timeline) ?? []),
        { parent: to.timeline, at: to.lsn },
      ]);
      timeline = newest;
      segment = Number(to.lsn / BigInt(segmentBytes));
    }
  }
  return { bases, histories, stored, moments };
}

export function storedAt(name: string, time: Date): StoredWal {
  const parsed = parseWalName(name)!;
  return { name: parsed, sha256: '', file: name, storedBytes: 10, storedAt: time.toISOString() };
}

export function windowsOf({ bases, histories, stored }: Life): readonly RecoveryWindow[] {
  const numbers = numbersByTimeline(stored, segmentBytes);
  return recoveryWindows({ segmentBytes, numbers, histories }, bases);
}

/** The moments that lie in some window. */
export function recoverable(
  { moments, histories }: Life,
  windows: readonly RecoveryWindow[],
): readonly Moment[] {
  return moments.filter(({ timeline, lsn }) =>
    windows.some((window) => {
      const end = endOfParent(timeline, window.timeline, histories);
      const isOnPath = timeline === window.timeline || (end !== null && lsn <= end);
      return isOnPath && parseLsn(window.from)! <= lsn && lsn <= parseLsn(window.to)!;
    }),
  );
}
