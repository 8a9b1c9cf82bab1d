import { createHash } from 'node:crypto';
import { JemError } from '../errors.ts';
import { keyMissing, notEncrypted } from './backup-errors.ts';
import { decrypted, encrypted } from './cipher.ts';
import { compressed, decompressed, requireDecompression } from './compression.ts';
import type { Compression } from '../engines/backing-up.ts';
import type { StoredWal, WalContent } from './contract.ts';
import type { EncryptionKey } from './key.ts';
import { codeOf } from './storage-errors.ts';
import { walCorrupt } from './wal-errors.ts';
import { parseWalFileName, walGroup } from './wal-files.ts';

/** How an archive packs what it stores. */
export interface WalPacking {
  readonly systemIdentifier: string;
  readonly key: EncryptionKey | null;
  readonly compression: Compression;
}

/** The bytes to store of a file: compressed, then encrypted for its place. */
export function packedWal(
  { systemIdentifier, key, compression }: WalPacking,
  content: WalContent,
  file: string,
): AsyncIterable<Buffer> {
  const small = compressed(content.content(), compression);
  const path = `${walGroup(content.name)}/${file}`;
  return key ? encrypted(small, key, { backup: systemIdentifier, path }) : small;
}

/** A file of an archive, as its storage gives it. */
export interface Unpacking {
  readonly systemIdentifier: string;
  readonly key: EncryptionKey | null;
  readonly signal: AbortSignal;
  /** Where it lies, for the reader. */
  readonly shown: string;
  /** Its bytes as they are stored. */
  readonly bytes: () => AsyncIterable<Buffer>;
  /** What an error of the storage says of the file, as `is a link`; null: it speaks of the storage. */
  readonly damage: (error: unknown) => string | null;
  /** An error of the storage in the reader's words. */
  readonly readable: (error: unknown) => unknown;
}

/** See `WalArchive.content`. */
export async function* plainWal(
  { name, file }: StoredWal,
  unpacking: Unpacking,
): AsyncGenerator<Buffer> {
  const { systemIdentifier, key, signal, shown } = unpacking;
  const { method, encrypted: isEncrypted, sha256 } = parseWalFileName(file) ?? {};
  if (!method) throw walCorrupt(file, shown, 'has no name of the archive');
  requireDecompression(method, file);
  if (isEncrypted && !key) throw keyMissing(file);
  if (!isEncrypted && key) throw notEncrypted(file);
  try {
    const stored = unpacking.bytes();
    const about = { backup: systemIdentifier, path: `${walGroup(name)}/${file}` };
    const hash = createHash('sha256');
    for await (const piece of decompressed(key ? decrypted(stored, key, about) : stored, method)) {
      hash.update(piece);
      yield piece;
    }
    if (hash.digest('hex') !== sha256) throw walCorrupt(file, shown, 'holds something else');
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw damageIn(error, file, unpacking) ?? unpacking.readable(error);
  }
}

/** What speaks of the file rather than of where it is stored. */
function damageIn(error: unknown, file: string, { shown, damage }: Unpacking): JemError | null {
  const seen = damage(error);
  if (seen !== null) return walCorrupt(file, shown, seen);
  if (error instanceof JemError && error.code === 'backup-corrupt')
    return walCorrupt(file, shown, 'cannot be decrypted, or was encrypted with another key');
  if (error instanceof JemError) return error;
  // zlib's, and Node's for zstd.
  return /^(Z_|ZSTD_|ERR_)/.test(codeOf(error))
    ? walCorrupt(file, shown, 'cannot be decompressed')
    : null;
}
