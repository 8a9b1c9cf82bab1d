import type { RowHasher } from './row-hash.ts';

/** Takes values in pairs: the value, a text as its bytes; and whether it is a text (1n). */
export type ByteReader = (pairs: readonly unknown[]) => void;

/** `encoding` as SQLite names that of the database: a text hashes the same in each of the three. */
export function newByteReader(hasher: RowHasher, encoding: string): ByteReader {
  const putText = encoding === 'UTF-8' ? hasher.putText : utf16Reader(hasher, encoding);
  return (pairs) => {
    for (let i = 0; i < pairs.length; i += 2) {
      const value = pairs[i];
      if (pairs[i + 1] === 1n && value instanceof Uint8Array) putText(value);
      else hasher.put(value);
    }
  };
}

function utf16Reader(hasher: RowHasher, encoding: string): (bytes: Uint8Array) => void {
  return (bytes) => {
    const buffer = Buffer.from(bytes);
    if (buffer.length % 2 === 1) return hasher.putMalformed(bytes);
    if (encoding === 'UTF-16be') buffer.swap16();
    const text = buffer.toString('utf16le');
    if (/\p{Surrogate}/u.test(text)) hasher.putMalformed(buffer);
    else hasher.putText(Buffer.from(text));
  };
}
