import { pipeline, type Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import type { Compression } from '../engines/backing-up.ts';
import { JemError } from '../errors.ts';
import { zstd } from '../zstd.ts';

type Method = Compression['method'];
type Bytes = AsyncIterable<Buffer>;

/** Bytes; with Node's 16 KiB, the work of handing them on shows. */
const chunkSize = 128 * 1024;

/** Of gzip, the most: a tenth less work than with the usual 8, for 128 KiB more. */
const memLevel = 9;

const methods = {
  none: { suffix: '', level: 0, levels: [0, 0] },
  gzip: { suffix: '.gz', level: 1, levels: [1, 9] },
  zstd: { suffix: '.zst', level: 3, levels: [1, 22] },
} as const;

/** What is compressed with where nobody chose: zstd where this Node.js has it. */
export function defaultCompression(): Compression {
  return { method: zstd ? 'zstd' : 'gzip', level: null };
}

export function suffixOf(method: Method): string {
  return methods[method].suffix;
}

/**
 * Refuses what the repository cannot do itself; an engine whose tools compress asks nobody.
 * Throws `bad-setting`.
 */
export function requireCompression({ method, level }: Compression): void {
  const [least, most] = methods[method].levels;
  if (method === 'zstd' && !zstd)
    throw new JemError('bad-setting', 'This Node.js cannot compress with zstd', {
      why: `It is ${process.version}; zstd came with 22.15.`,
      hint: 'Choose gzip, or run jem-db with a newer Node.js.',
    });
  if (level !== null && method !== 'none' && !(level >= least && level <= most))
    throw new JemError('bad-setting', `${method} has no level ${level}`, {
      hint: `Choose one from ${least} (fast) to ${most} (small).`,
    });
}

/** Throws `tool-missing` where this Node.js cannot read what was compressed by the method. */
export function requireDecompression(method: Method, backup: string): void {
  if (method !== 'zstd' || zstd) return;
  throw new JemError('tool-missing', `Backup ${backup} is compressed with zstd`, {
    why: `This Node.js, ${process.version}, cannot read that; zstd came with 22.15.`,
    hint: 'Run jem-db with a newer Node.js.',
  });
}

/** Compresses a stream. */
export function compressed(source: Bytes, { method, level }: Compression): Bytes {
  const { level: usual } = methods[method];
  if (method === 'gzip')
    return through(source, zlib.createGzip({ chunkSize, memLevel, level: level ?? usual }));
  if (method === 'none' || !zstd) return source;
  const { ZSTD_c_compressionLevel, ZSTD_c_checksumFlag } = zstd.constants;
  const params = { [ZSTD_c_compressionLevel!]: level ?? usual, [ZSTD_c_checksumFlag!]: 1 };
  return through(source, zstd.createZstdCompress({ chunkSize, params }));
}

/** The plain bytes of what `compressed` made. Fails with zlib's errors. */
export function decompressed(source: Bytes, method: Method): Bytes {
  if (method === 'gzip') return through(source, zlib.createGunzip({ chunkSize }));
  if (method === 'none' || !zstd) return source;
  return through(source, zstd.createZstdDecompress({ chunkSize }));
}

async function* through(source: Bytes, transform: Transform): AsyncGenerator<Buffer> {
  // An error of either side destroys the other, and comes out of the iteration.
  pipeline(source, transform, () => {});
  yield* transform as AsyncIterable<Buffer>;
}
