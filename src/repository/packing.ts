import type { Compression } from '../engines/backing-up.ts';
import { encrypted } from './cipher.ts';
import { compressed, suffixOf } from './compression.ts';
import type { EncryptionKey } from './key.ts';
import type { ManifestFile } from './manifest.ts';
import { measured } from './measured.ts';

/** One file on its way into a backup. */
export interface Packing {
  /** Of the backup. */
  readonly id: string;
  /** Path of what is stored. */
  readonly stored: string;
  readonly key: EncryptionKey | null;
  readonly compression: Compression;
}

/** What is known of a file when all of it was stored. */
export type Packed = Pick<ManifestFile, 'bytes' | 'storedBytes' | 'sha256'>;

/** Under what path a file is stored. */
export function storedPath(
  path: string,
  { method }: Compression,
  key: EncryptionKey | null,
): string {
  return `${path}${suffixOf(method)}${key ? '.enc' : ''}`;
}

/** The bytes to store: compressed, then encrypted. `packed` is for when all have passed. */
export function packing(
  source: AsyncIterable<Buffer>,
  { id, stored, key, compression }: Packing,
): { readonly stream: AsyncIterable<Buffer>; readonly packed: () => Packed } {
  let bytes = 0;
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const piece of source) {
      bytes += piece.length;
      yield piece;
    }
  }
  const small = compressed(counted(), compression);
  const place = { backup: id, path: stored };
  const { stream, digest } = measured(key ? encrypted(small, key, place) : small);
  const packed = (): Packed => {
    const { bytes: storedBytes, sha256 } = digest();
    return { bytes, storedBytes, sha256 };
  };
  return { stream, packed };
}
