import { loadWalFormat } from '../../engines/wal-registry.ts';
import type { StoredWal, WalArchive } from '../../repository/contract.ts';
import { whole } from './growth.ts';
import { type Histories, parseHistory } from './timelines.ts';

/** The histories of an archive, read. Throws as `WalArchive.content` does. */
export async function historiesOf(
  archive: WalArchive,
  stored: readonly StoredWal[],
): Promise<Histories> {
  const found = stored.filter(({ name }) => name.kind === 'history');
  const read = found.map(async (one) => {
    const text = (await whole(archive.content(one))).toString('utf8');
    return [one.name.timeline, parseHistory(text)] as const;
  });
  return new Map(await Promise.all(read));
}

/** As the first page of a segment tells it; null: there is none. Throws as `historiesOf` does. */
export async function segmentBytesOf(
  archive: WalArchive,
  stored: readonly StoredWal[],
): Promise<number | null> {
  const format = await loadWalFormat();
  const one = stored.findLast(({ name }) => name.kind === 'segment' || name.kind === 'partial');
  if (one) for await (const piece of archive.content(one)) return format.segmentBytes(piece);
  return null;
}
