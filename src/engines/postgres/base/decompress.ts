import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { JemError } from '../../../errors.ts';
import { zstd } from '../../../zstd.ts';
import type { Compression } from '../../backing-up.ts';

/** Bytes; with Node's 16 KiB, the work of handing them on shows. */
const chunkSize = 256 * 1024;

/** Throws `tool-missing` where this Node.js cannot read archives that were compressed so. */
export function requireReadable(method: Compression['method']): void {
  if (method !== 'zstd' || zstd !== null) return;
  throw new JemError('tool-missing', 'The archives of the backup are compressed with zstd', {
    why: `This Node.js, ${process.version}, cannot read that; zstd came with 22.15.`,
    hint: 'Run jem-db with a newer Node.js.',
  });
}

/** The tar in a file that the server compressed. Fails with zlib's errors, and the source's own. */
export function tarOf(source: Readable, method: Compression['method']): Readable {
  if (method === 'none') return source;
  const open = method === 'zstd' && zstd ? zstd.createZstdDecompress : createGunzip;
  // An error of either side destroys the other, and comes out of the iteration.
  return pipeline(source, open({ chunkSize }), () => {});
}
