import type { WalEvent } from '../../engines/archiving.ts';
import { loadWalFormat } from '../../engines/wal-registry.ts';
import type { Repository, StoredWal, WalArchive } from '../../repository/contract.ts';
import { parseWalName, segmentName, segmentNumber } from '../../wal-names.ts';
import { numbersByTimeline } from '../wal/coverage.ts';
import { historiesOf, segmentBytesOf } from '../wal/archived.ts';
import { ownersOf, stretchesOf } from '../wal/timelines.ts';
import type { ArchivedSegments, RecoveryWindow } from '../wal/windows.ts';

/** The archived log of one cluster. */
export interface ArchivedLog extends ArchivedSegments {
  readonly archive: WalArchive;
  readonly stored: readonly StoredWal[];
}

/** Null: nothing of it is archived. Throws what the repository throws, `wal-corrupt`. */
export async function openLog(
  repository: Repository,
  systemIdentifier: string,
): Promise<ArchivedLog | null> {
  const archive = repository.wal(systemIdentifier);
  const stored = (await archive.exists()) ? await archive.list() : [];
  const segmentBytes = await segmentBytesOf(archive, stored);
  if (segmentBytes === null) return null;
  const histories = await historiesOf(archive, stored);
  const numbers = numbersByTimeline(stored, segmentBytes);
  return { archive, stored, segmentBytes, histories, numbers };
}

/** The log as a recovery along one timeline reads it. */
export interface Line {
  /** Number of the last segment, which may be one that was still growing. */
  readonly last: number;
  /** Null where only the base backup has it. */
  segment(number: number): StoredWal | null;
}

/** What a window is made of, and behind it what there is of a segment that was not filled. */
export function lineOf(log: ArchivedLog, window: RecoveryWindow): Line {
  const { segmentBytes, histories, stored } = log;
  const stretches = stretchesOf(window.timeline, histories, segmentBytes);
  const byName = new Map(stored.map((one) => [one.name.name, one]));
  const named = (number: number, end: string): StoredWal | null => {
    const names = ownersOf(number, stretches).map(
      (timeline) => `${segmentName(timeline, number, segmentBytes)}${end}`,
    );
    return names.map((name) => byName.get(name)).find((one) => one !== undefined) ?? null;
  };
  const whole = lastWhole(log, window);
  const growing = named(whole + 1, '.partial') === null ? 0 : 1;
  return {
    last: whole + growing,
    segment: (number) =>
      named(number, '') ?? (number === whole + 1 ? named(number, '.partial') : null),
  };
}

function lastWhole({ segmentBytes }: ArchivedLog, { lastSegment, to }: RecoveryWindow): number {
  const at = lastSegment === null ? null : (parseWalName(lastSegment)?.at ?? null);
  const number = at && segmentNumber(at, segmentBytes);
  if (number !== null) return number;
  const [high = '0', low = '0'] = to.split('/');
  const end = (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
  return Number((end - 1n) / BigInt(segmentBytes));
}

/** What the records of some segments say. */
export interface Stretch {
  readonly events: readonly WalEvent[];
  /** Where the last whole record begins; null: there is none. */
  readonly lastRecord: bigint | null;
}

export interface ReadOptions {
  readonly signal: AbortSignal;
  /** Told the name of each segment before it is read. */
  readonly onSegment: (name: string) => void;
}

/** Reads segments `from` to `to`, one after the other, until `enough`. Throws `wal-corrupt`. */
export async function readStretch(
  { archive }: ArchivedLog,
  line: Line,
  { from, to }: { readonly from: number; readonly to: number },
  options: ReadOptions & { readonly enough?: (event: WalEvent) => boolean },
): Promise<Stretch> {
  const { signal, onSegment, enough = () => false } = options;
  const format = await loadWalFormat();
  let reader = await format.reader();
  const events: WalEvent[] = [];
  let lastRecord: bigint | null = null;
  for (let number = from; number <= to; number++) {
    signal.throwIfAborted();
    const stored = line.segment(number);
    if (stored === null) {
      reader = await format.reader();
      continue;
    }
    onSegment(stored.name.name);
    const pieces: Buffer[] = [];
    for await (const piece of archive.content(stored)) pieces.push(piece);
    const reading = reader.read(Buffer.concat(pieces));
    events.push(...reading.events);
    lastRecord = reading.lastRecord ?? lastRecord;
    if (reading.events.some(enough)) break;
  }
  return { events, lastRecord };
}

/**
 * Reads so many of the last segments before `to` as show the end of a transaction, and a whole
 * record: the ones at the end, then twice as many each time, at most from `from` on.
 */
export async function readEnd(
  log: ArchivedLog,
  line: Line,
  { from, to }: { readonly from: number; readonly to: number },
  options: ReadOptions,
): Promise<Stretch> {
  for (let many = 1; ; many *= 2) {
    const begin = Math.max(from, to - many + 1);
    const stretch = await readStretch(log, line, { from: begin, to }, options);
    const shown = stretch.events.some(({ kind }) => kind === 'transaction');
    if ((shown && stretch.lastRecord !== null) || begin === from) return stretch;
  }
}
