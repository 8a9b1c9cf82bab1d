import { createHash } from 'node:crypto';

/** Bytes that were counted and hashed. */
export interface Digest {
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** Counts and hashes what passes; `digest` is for when all has passed. */
export function measured(source: AsyncIterable<Buffer>): {
  readonly stream: AsyncIterable<Buffer>;
  readonly digest: () => Digest;
} {
  const hash = createHash('sha256');
  let bytes = 0;
  async function* passing(): AsyncGenerator<Buffer> {
    for await (const piece of source) {
      hash.update(piece);
      bytes += piece.length;
      yield piece;
    }
  }
  return { stream: passing(), digest: () => ({ bytes, sha256: hash.digest('hex') }) };
}
