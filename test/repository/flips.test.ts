import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { flip, sizeOf, stored } from './damaging.ts';
import { faults, filesBelow, key, open } from './making.ts';

test.each([
  { name: 'as it is', options: {} },
  { name: 'encrypted', options: { key } },
])(
  'a bit flipped anywhere in a backup $name is found',
  async ({ options }) => {
    await using at = await stored(options);
    const paths = [...(await filesBelow(at.folder)).keys()];
    expect(paths).toHaveLength(6);
    const whoever = open(at.location);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), fc.nat(2 ** 30), async (path, anywhere) => {
        const file = join(at.folder, path);
        const bit = anywhere % ((await sizeOf(file)) * 8);
        await flip(file, bit);
        const found = await faults(whoever, at.id);
        await flip(file, bit);
        expect(Object.keys(found)).toContain(path);
      }),
      { numRuns: 1500 },
    );
    expect(await faults(whoever, at.id)).toEqual({});
  },
  120_000,
);
