import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mentions } from '../../../src/engines/sqlite/mentions.ts';

test('a word is found wherever it stands, across the windows too', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 200_000 }), fc.nat(300), (before, after) => {
      const bytes = Buffer.from(`${' '.repeat(before)}DROP${' '.repeat(after)}`);
      expect(mentions(bytes, /drop/i)).toBe(true);
    }),
  );
  for (let before = 65_520; before < 65_540; before++)
    expect(mentions(Buffer.from(`${' '.repeat(before)}foreign_keys`), /foreign_keys/i)).toBe(true);
  expect(mentions(Buffer.from('DRO P'), /drop/i)).toBe(false);
  expect(mentions(new Uint8Array(), /drop/i)).toBe(false);
});
