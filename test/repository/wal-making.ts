import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type { Repository, WalContent } from '../../src/repository/contract.ts';
import { parseWalName } from '../../src/wal-names.ts';

export const cluster = '7421068371285612345';
export const first = '000000010000000000000001';

/** A file of the log with this content. */
export function walFile(name: string, bytes: Buffer): WalContent {
  return {
    name: parseWalName(name)!,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    async *content() {
      yield bytes;
    },
  };
}

export async function readWal(repository: Repository, name: string): Promise<Buffer> {
  const archive = repository.wal(cluster);
  const [stored] = await archive.find(parseWalName(name)!);
  return buffer(archive.content(stored!));
}
