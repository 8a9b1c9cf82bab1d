import type { Digest } from './digest.ts';

/** Thrown by `put`: this string may stand for bytes that are no text, so they have to be asked for. */
export class NotExact extends Error {
  override readonly name = 'NotExact';
}

/** Hashes rows, value by value, and sums them up. */
export interface RowHasher {
  /** Throws `NotExact` of a string that SQLite may hold in another form. */
  put(value: unknown): void;
  /** A text by its bytes: the same as `put` of the string that they are in UTF-8. */
  putText(bytes: Uint8Array): void;
  /** A text that is none in the encoding of its database. */
  putMalformed(bytes: Uint8Array): void;
  endRow(): void;
  /** What the rows since the last time come to; a row that was not ended is dropped. */
  take(): Digest;
}

const room = 1 << 16;
/** Characters, or bytes, at a time; in UTF-8 they take less than half the room. */
const piece = 8192;

/** Every value ends with its kind, those of any length with their length before: no two rows are the same bytes. */
const kinds = { integer: 1, real: 2, text: 3, blob: 4, null: 5, malformed: 6 } as const;

/**
 * Written for the speed of one loop over all rows of a database: one buffer, numbers in locals,
 * and MurmurHash3 (x86, 128 bits) over whole blocks.
 */
export function newRowHasher(): RowHasher {
  const bytes = Buffer.alloc(room + 64);
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
  const float = new Float64Array(1);
  const integer = new BigInt64Array(float.buffer);
  const halves = new Int32Array(float.buffer);
  const state = new Int32Array(4);
  let at = 0;
  let length = 0;
  let rows = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  let sum4 = 0;

  /** Hashes blocks up to `end`, a multiple of four words. */
  function mix(end: number): void {
    let h1 = state[0]!;
    let h2 = state[1]!;
    let h3 = state[2]!;
    let h4 = state[3]!;
    for (let i = 0; i < end; i += 4) {
      const k1 = Math.imul(words[i]!, 0x239b961b);
      h1 ^= Math.imul((k1 << 15) | (k1 >>> 17), 0xab0e9789);
      h1 = (Math.imul((((h1 << 19) | (h1 >>> 13)) + h2) | 0, 5) + 0x561ccd1b) | 0;
      const k2 = Math.imul(words[i + 1]!, 0xab0e9789);
      h2 ^= Math.imul((k2 << 16) | (k2 >>> 16), 0x38b34ae5);
      h2 = (Math.imul((((h2 << 17) | (h2 >>> 15)) + h3) | 0, 5) + 0x0bcaa747) | 0;
      const k3 = Math.imul(words[i + 2]!, 0x38b34ae5);
      h3 ^= Math.imul((k3 << 17) | (k3 >>> 15), 0xa1e38b93);
      h3 = (Math.imul((((h3 << 15) | (h3 >>> 17)) + h4) | 0, 5) + 0x96cd1c35) | 0;
      const k4 = Math.imul(words[i + 3]!, 0xa1e38b93);
      h4 ^= Math.imul((k4 << 18) | (k4 >>> 14), 0x239b961b);
      h4 = (Math.imul((((h4 << 13) | (h4 >>> 19)) + h1) | 0, 5) + 0x32ac3b17) | 0;
    }
    state[0] = h1;
    state[1] = h2;
    state[2] = h3;
    state[3] = h4;
  }

  /** Makes room for `size` bytes, at most half of all, by hashing what is whole. */
  function make(size: number): void {
    if (at + size <= room) return;
    const whole = at & ~15;
    mix(whole >> 2);
    bytes.copyWithin(0, whole, at);
    at -= whole;
    length += whole;
  }

  function put32(value: number): void {
    bytes[at] = value;
    bytes[at + 1] = value >>> 8;
    bytes[at + 2] = value >>> 16;
    bytes[at + 3] = value >>> 24;
    at += 4;
  }

  function putHalves(kind: number): void {
    make(16);
    put32(halves[0]!);
    put32(halves[1]!);
    bytes[at++] = kind;
  }

  function putEnd(size: number, kind: number): void {
    make(16);
    put32(size);
    bytes[at++] = kind;
  }

  function putString(value: string): void {
    const size = value.length;
    if (size > piece) {
      if (value.includes('\ufffd')) throw new NotExact();
      return putBytes(Buffer.from(value), kinds.text);
    }
    make(3 * size);
    let i = 0;
    if (size < 40)
      for (; i < size; i++) {
        const code = value.charCodeAt(i);
        if (code > 127) break;
        bytes[at + i] = code;
      }
    if (i < size || size >= 40) {
      if (value.includes('\ufffd')) throw new NotExact();
      i = bytes.write(value, at);
    }
    at += i;
    putEnd(i, kinds.text);
  }

  function putBytes(value: Uint8Array, kind: number): void {
    for (let from = 0; from < value.length; from += piece) {
      make(piece);
      const part = value.length <= piece ? value : value.subarray(from, from + piece);
      bytes.set(part, at);
      at += part.length;
    }
    putEnd(value.length, kind);
  }

  function beginRow(): void {
    at = 0;
    length = 0;
    state[0] = state[1] = state[2] = state[3] = 0;
  }

  return {
    put(value) {
      switch (typeof value) {
        case 'string':
          return putString(value);
        case 'bigint':
          integer[0] = value;
          return putHalves(kinds.integer);
        case 'number':
          float[0] = value;
          return putHalves(kinds.real);
        default:
          if (value instanceof Uint8Array) return putBytes(value, kinds.blob);
          make(16);
          bytes[at++] = kinds.null;
      }
    },
    putText: (value) => putBytes(value, kinds.text),
    putMalformed: (value) => putBytes(value, kinds.malformed),
    endRow() {
      bytes[at] = bytes[at + 1] = bytes[at + 2] = 0;
      const last = (at + 3) >> 2;
      words[last] = words[last + 1] = words[last + 2] = 0;
      mix(last);
      const size = (length + at) | 0;
      let h1 = state[0]! ^ size;
      let h2 = state[1]! ^ size;
      let h3 = state[2]! ^ size;
      let h4 = state[3]! ^ size;
      h1 = (h1 + h2 + h3 + h4) | 0;
      h2 = finished((h2 + h1) | 0);
      h3 = finished((h3 + h1) | 0);
      h4 = finished((h4 + h1) | 0);
      h1 = finished(h1);
      h1 = (h1 + h2 + h3 + h4) | 0;
      sum1 = (sum1 + h1) | 0;
      sum2 = (sum2 + h2 + h1) | 0;
      sum3 = (sum3 + h3 + h1) | 0;
      sum4 = (sum4 + h4 + h1) | 0;
      rows++;
      beginRow();
    },
    take() {
      const taken: Digest = { rows, lanes: [sum1, sum2, sum3, sum4] };
      beginRow();
      rows = sum1 = sum2 = sum3 = sum4 = 0;
      return taken;
    },
  };
}

function finished(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
