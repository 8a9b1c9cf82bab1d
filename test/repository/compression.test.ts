import { buffer } from 'node:stream/consumers';
import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compressed,
  decompressed,
  defaultCompression,
  requireCompression,
  requireDecompression,
} from '../../src/repository/compression.ts';
import { temporaryFolder } from '../support/folders.ts';
import { rejection } from '../support/rejection.ts';
import { backUp, open } from './making.ts';

const hasZstd = 'createZstdCompress' in zlib;
const methods = hasZstd ? (['none', 'gzip', 'zstd'] as const) : (['none', 'gzip'] as const);

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
}

test.each(methods)('what %s compressed comes back', async (method) => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 5000 }), async (array) => {
      const bytes = Buffer.from(array);
      const small = await buffer(compressed(once(bytes), { method, level: null }));
      expect(await buffer(decompressed(once(small), method))).toEqual(bytes);
    }),
    { numRuns: 50 },
  );
});

// Node's zstd says nothing of it: how much came out is compared with the manifest afterwards.
test('gzip notices an end that was cut off', async () => {
  const small = await buffer(compressed(once(Buffer.alloc(100_000)), { method: 'gzip', level: 9 }));
  expect(small.length).toBeLessThan(1000);
  const reading = buffer(decompressed(once(small.subarray(0, -5)), 'gzip'));
  expect(await rejection(reading)).toMatchObject({ code: 'Z_BUF_ERROR' });
});

test.each([
  { method: 'gzip', level: 0 },
  { method: 'gzip', level: 10 },
  { method: 'gzip', level: Number.NaN },
] as const)('no level of $method: $level', ({ method, level }) => {
  expect(() => requireCompression({ method, level })).toThrow(`gzip has no level ${level}`);
});

describe.runIf(hasZstd)('with zstd', () => {
  test('it is what backups are compressed with', () => {
    expect(defaultCompression()).toEqual({ method: 'zstd', level: null });
    expect(() => requireCompression({ method: 'zstd', level: 23 })).toThrow('zstd has no level 23');
  });
});

describe.runIf(!hasZstd)('without zstd', () => {
  test('gzip is what backups are compressed with', () => {
    expect(defaultCompression()).toEqual({ method: 'gzip', level: null });
  });

  test('a backup in zstd is refused', async () => {
    await using folder = await temporaryFolder();
    const repository = open(folder.path, { compression: { method: 'zstd', level: null } });
    expect(await rejection(backUp(repository))).toMatchObject({
      code: 'bad-setting',
      message: 'This Node.js cannot compress with zstd',
      details: { hint: 'Choose gzip, or run jem-db with a newer Node.js.' },
    });
    expect(() => requireDecompression('zstd', 'B')).toThrow('Backup B is compressed with zstd');
  });
});
