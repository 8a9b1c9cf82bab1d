import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chunkBytes, decrypted, encrypted } from '../../src/repository/cipher.ts';
import { rejection } from '../support/rejection.ts';
import { key, otherKey } from './making.ts';

const place = { backup: '20261121T020000Z-0000', path: 'a.dat.enc' };
const header = 48;
const sealedChunk = chunkBytes + 16;

/** A stream of pieces as long as the numbers say, again and again. */
async function* inPieces(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length]!;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

const seal = (plain: Buffer, sizes: readonly number[] = [70_000]): Promise<Buffer> =>
  buffer(encrypted(inPieces(plain, sizes), key, place));
const unseal = (bytes: Buffer, sizes: readonly number[] = [70_000]): Promise<Buffer> =>
  buffer(decrypted(inPieces(bytes, sizes), key, place));

const patterned = (length: number): Buffer =>
  Buffer.from(Array.from({ length }, (_, index) => (index * 31 + (index >> 8)) & 0xff));

/** Lengths near the ends of chunks, where a mistake would be. */
const lengths = fc.oneof(
  fc.nat(300),
  fc
    .tuple(fc.nat(3), fc.integer({ min: -17, max: 17 }))
    .map(([chunks, more]) => Math.max(0, chunks * chunkBytes + more)),
);
const pieces = fc.array(fc.integer({ min: 1000, max: 600_000 }), { minLength: 1, maxLength: 4 });

test('what was encrypted comes back, however it is cut into pieces', async () => {
  await fc.assert(
    fc.asyncProperty(lengths, pieces, pieces, async (length, sizes, others) => {
      const plain = patterned(length);
      const bytes = await seal(plain, sizes);
      const chunks = Math.max(1, Math.ceil(length / chunkBytes));
      expect(bytes.length).toBe(header + length + chunks * 16);
      expect((await unseal(bytes, others)).equals(plain)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test('a flipped bit is found, and no byte of its chunk comes out', async () => {
  const plain = patterned(chunkBytes + 1000);
  const bytes = await seal(plain);
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length * 8 - 1), async (bit) => {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      const out: Buffer[] = [];
      const reading = (async () => {
        for await (const piece of decrypted(inPieces(flipped, [70_000]), key, place))
          out.push(piece);
      })();
      expect(await rejection(reading)).toMatchObject({ code: 'backup-corrupt' });
      expect(plain.subarray(0, chunkBytes).equals(Buffer.concat(out)) || out.length === 0).toBe(
        true,
      );
    }),
    { numRuns: 300 },
  );
});

test('the same bytes are never encrypted alike', async () => {
  expect((await seal(Buffer.alloc(100))).equals(await seal(Buffer.alloc(100)))).toBe(false);
});

const three = patterned(3 * chunkBytes);
const chunk = (bytes: Buffer, number: number): Buffer =>
  bytes.subarray(header + number * sealedChunk, header + (number + 1) * sealedChunk);

test.each<readonly [string, (bytes: Buffer) => Buffer]>([
  ['empty', () => Buffer.alloc(0)],
  ['its header alone', (bytes) => bytes.subarray(0, header)],
  ['cut within the header', (bytes) => bytes.subarray(0, 20)],
  ['cut at the end of a chunk', (bytes) => bytes.subarray(0, header + 2 * sealedChunk)],
  ['cut within a chunk', (bytes) => bytes.subarray(0, header + 2 * sealedChunk + 500)],
  ['without its last byte', (bytes) => bytes.subarray(0, -1)],
  ['with a byte more', (bytes) => Buffer.concat([bytes, Buffer.alloc(1)])],
  ['with a chunk more', (bytes) => Buffer.concat([bytes, chunk(bytes, 2)])],
  [
    'without its first chunk',
    (bytes) => Buffer.concat([bytes.subarray(0, header), chunk(bytes, 1), chunk(bytes, 2)]),
  ],
  [
    'without a chunk between',
    (bytes) => Buffer.concat([bytes.subarray(0, header), chunk(bytes, 0), chunk(bytes, 2)]),
  ],
  [
    'with two chunks swapped',
    (bytes) =>
      Buffer.concat([bytes.subarray(0, header), chunk(bytes, 1), chunk(bytes, 0), chunk(bytes, 2)]),
  ],
  [
    'with a chunk twice',
    (bytes) =>
      Buffer.concat([bytes.subarray(0, header), chunk(bytes, 0), chunk(bytes, 0), chunk(bytes, 2)]),
  ],
  ['not encrypted at all', () => three],
])('%s', async (_name, damage) => {
  const error = await rejection(unseal(damage(await seal(three))));
  expect(error).toMatchObject({
    code: 'backup-corrupt',
    message: expect.stringContaining(`Backup ${place.backup} is damaged: ${place.path} `),
  });
});

test('a chunk of another file with the same key', async () => {
  const [one, two] = [await seal(three), await seal(three)];
  const mixed = Buffer.concat([
    one.subarray(0, header),
    chunk(two, 0),
    chunk(one, 1),
    chunk(one, 2),
  ]);
  expect(await rejection(unseal(mixed))).toMatchObject({ code: 'backup-corrupt' });
});

test.each([
  ['another key', otherKey, place],
  ['another path', key, { ...place, path: 'b.dat.enc' }],
  ['another backup', key, { ...place, backup: '20261121T020000Z-0001' }],
])('read as of %s', async (_name, other, where) => {
  const bytes = await seal(Buffer.from('secret'));
  const reading = buffer(decrypted(inPieces(bytes, [100]), other, where));
  expect(await rejection(reading)).toMatchObject({ code: 'backup-corrupt' });
});
