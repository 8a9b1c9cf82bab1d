import type { WalArchive, WalContent } from '../../repository/contract.ts';

/**
 * Stores a segment that is not filled. Its name may be taken by less of the same segment, as a
 * stream and a server at its promotion both leave it: the longer one stays. `differs`: neither goes on
 * where the other ends, and nothing was stored.
 */
export async function storeGrowing(
  archive: WalArchive,
  file: WalContent,
): Promise<'stored' | 'there' | 'differs'> {
  const stored = await archive.find(file.name);
  if (stored.length === 0 || stored.some(({ sha256 }) => sha256 === file.sha256))
    return archive.put(file);
  const bytes = await whole(file.content());
  for (const one of stored) {
    const known = await whole(archive.content(one));
    if (goesOn(bytes, known)) return 'there';
    if (!goesOn(known, bytes)) return 'differs';
  }
  return archive.replace(file);
}

/** Whether `longer` begins as `shorter` does; what was not written yet is zero. */
function goesOn(shorter: Buffer, longer: Buffer): boolean {
  const end = shorter.findLastIndex((byte) => byte !== 0) + 1;
  return shorter.length === longer.length && shorter.compare(longer, 0, end, 0, end) === 0;
}

/** All of a file of the log, which is small or held in memory anyway. */
export async function whole(content: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of content) pieces.push(piece);
  return Buffer.concat(pieces);
}
