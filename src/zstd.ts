import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';

/** The part of Node's zstd that is used; the types of Node 20 do not know it. */
export interface Zstd {
  createZstdCompress(options: object): Transform;
  createZstdDecompress(options: object): Transform;
  readonly constants: Readonly<Record<string, number>>;
}

/** Null: this Node.js cannot (it came with 22.15). */
export const zstd: Zstd | null = 'createZstdCompress' in zlib ? (zlib as unknown as Zstd) : null;
