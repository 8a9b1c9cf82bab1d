import { JemError } from '../errors.ts';
import { atATime } from '../repository/at-a-time.ts';
import type { Repository, StoredWal, WalArchive } from '../repository/contract.ts';
import { segmentName } from '../wal-names.ts';
import { historiesOf, segmentBytesOf } from './wal/archived.ts';
import { basesByCluster, type KnownBase } from './wal/bases.ts';
import { coverage, type Gap, numbersByTimeline } from './wal/coverage.ts';

/** The archive of one cluster, every file of it read. */
export interface CheckedWal {
  readonly systemIdentifier: string;
  readonly ok: boolean;
  readonly files: number;
  readonly damaged: readonly DamagedWal[];
  /** Segments that are missing between others. */
  readonly gaps: readonly Gap[];
}

/** `file`: how the archive calls it. */
interface DamagedWal extends Pick<StoredWal, 'file'> {
  readonly name: string;
  readonly detail: string;
}

/** More would only wait for the same disk. */
const readers = 4;

/**
 * Reads every file of every archive as it is stored and compares it with its SHA-256. Throws
 * `backup-key-missing`, `backup-not-encrypted`, and what the repository throws.
 */
export async function checkWal(
  repository: Repository,
  { signal, onProgress }: CheckOptions,
): Promise<readonly CheckedWal[]> {
  const checked: CheckedWal[] = [];
  const manifests = (await repository.list()).map(({ manifest }) => manifest);
  const bases = basesByCluster(manifests);
  for (const systemIdentifier of await repository.walClusters())
    checked.push(
      await checkArchive(repository.wal(systemIdentifier), systemIdentifier, {
        ...{ bases: bases.get(systemIdentifier) ?? [], signal },
        onProgress: (text) => onProgress(`WAL of ${systemIdentifier}: ${text}`),
      }),
    );
  return checked;
}

interface CheckOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
}

async function checkArchive(
  archive: WalArchive,
  systemIdentifier: string,
  { bases, signal, onProgress }: CheckOptions & { readonly bases: readonly KnownBase[] },
): Promise<CheckedWal> {
  const turn = atATime(readers);
  const listed = await archive.list();
  let done = 0;
  const reads = listed.map((one) =>
    turn(async () => {
      signal.throwIfAborted();
      onProgress(`${++done} of ${listed.length}, ${one.name.name}`);
      return read(archive, one);
    }),
  );
  const found = (await Promise.all(reads)).filter((one) => one !== null);
  const readable = found.flatMap(({ one, damage }) => (damage === null ? [one] : []));
  const histories = await historiesOf(archive, readable);
  const segmentBytes =
    (await segmentBytesOf(archive, readable)) ?? bases[0]?.segmentBytes ?? 2 ** 24;
  const damaged = damagedOf(found, segmentBytes);
  const stored = found.map(({ one }) => one);
  const gaps = [
    ...coverage(stored, segmentBytes, histories).flatMap((line) => line.gaps),
    ...gapsBehind(bases, numbersByTimeline(stored, segmentBytes), segmentBytes),
  ];
  const ok = damaged.length === 0 && gaps.length === 0;
  return { systemIdentifier, ok, files: stored.length, damaged, gaps };
}

function damagedOf(found: readonly ReadWal[], segmentBytes: number): CheckedWal['damaged'] {
  const contents = new Map<string, number>();
  for (const { one } of found) contents.set(one.name.name, (contents.get(one.name.name) ?? 0) + 1);
  return found.flatMap(({ one: { file, name }, bytes, damage }) => {
    const isCut = name.kind === 'segment' && bytes !== segmentBytes;
    const isTwice = (contents.get(name.name) ?? 0) > 1;
    const found = isTwice ? 'stored more than once, with other content' : null;
    const detail = damage ?? found ?? (isCut ? `${bytes} bytes long` : null);
    return detail === null ? [] : [{ name: name.name, file, detail }];
  });
}

/** What is missing right behind a base backup, before the first segment that is archived. */
function gapsBehind(
  bases: readonly KnownBase[],
  numbers: ReadonlyMap<number, ReadonlySet<number>>,
  segmentBytes: number,
): readonly Gap[] {
  const ends = new Map<number, number>();
  for (const { timeline, stopLsn } of bases) {
    const end = Number((stopLsn - 1n) / BigInt(segmentBytes));
    ends.set(timeline, Math.min(ends.get(timeline) ?? end, end));
  }
  return [...ends].flatMap(([timeline, end]) => {
    const first = [...(numbers.get(timeline) ?? [])].reduce((a, b) => Math.min(a, b), Infinity);
    if (first === Infinity || first <= end + 1) return [];
    const name = (number: number): string => segmentName(timeline, number, segmentBytes);
    return [{ first: name(end + 1), last: name(first - 1), segments: first - end - 1 }];
  });
}

interface ReadWal {
  readonly one: StoredWal;
  /** Of the content, as far as it could be read. */
  readonly bytes: number;
  /** Null: it is as it was stored. */
  readonly damage: string | null;
}

/** Null: it is there no more, since somebody prunes meanwhile. */
async function read(archive: WalArchive, one: StoredWal): Promise<ReadWal | null> {
  let bytes = 0;
  try {
    for await (const piece of archive.content(one)) bytes += piece.length;
    return { one, bytes, damage: null };
  } catch (error) {
    if (!(error instanceof JemError)) throw error;
    const isThere = (await archive.find(one.name)).some(({ file }) => file === one.file);
    if (!isThere) return null;
    if (error.code !== 'wal-corrupt') throw error;
    return { one, bytes, damage: error.message.slice(error.message.indexOf(': ') + 2) };
  }
}
