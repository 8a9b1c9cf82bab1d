import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseSegmentHeader } from '../../../src/engines/postgres/wal/header.ts';
import { walFormat } from '../../../src/engines/postgres/wal/files.ts';
import {
  lsnText,
  parseLsn,
  parseWalName,
  segmentName,
  segmentNumber,
} from '../../../src/wal-names.ts';
import {
  cluster,
  controlFile,
  megabyte,
  nameOf,
  segment,
  type SegmentFields,
} from '../../backup/wal/segments.ts';
import { temporaryFolder } from '../../support/folders.ts';

const sizes = fc.integer({ min: 20, max: 30 }).map((power) => 2 ** power);
const timelines = fc.integer({ min: 1, max: 0xffffffff });

test('a segment has one name, and a name one segment', () => {
  fc.assert(
    fc.property(timelines, sizes, fc.nat({ max: 2 ** 31 }), (timeline, bytes, number) => {
      const name = segmentName(timeline, number, bytes);
      const parsed = parseWalName(name);
      expect(parsed).toMatchObject({ name, timeline, kind: 'segment' });
      expect(segmentNumber(parsed!.at!, bytes)).toBe(number);
    }),
  );
});

test('names sort as the segments of a timeline do', () => {
  fc.assert(
    fc.property(sizes, fc.nat({ max: 2 ** 31 }), fc.nat({ max: 2 ** 31 }), (bytes, one, other) => {
      const [first, second] = [segmentName(1, one, bytes), segmentName(1, other, bytes)];
      expect(Math.sign(one - other)).toBe(first === second ? 0 : first < second ? -1 : 1);
    }),
  );
});

test('places of the log are written as PostgreSQL writes them', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (lsn) => {
      expect(parseLsn(lsnText(lsn))).toBe(lsn);
    }),
  );
  expect(lsnText(0x16b374d848n)).toBe('16/B374D848');
});

test.each([
  ['00000001000000000000000A', 'segment'],
  ['00000001000000000000000A.partial', 'partial'],
  ['00000001000000000000000A.00000028.backup', 'backup'],
  ['0000000A.history', 'history'],
  ['00000000000000000000000A', undefined],
  ['00000001000000000000000a', undefined],
  ['00000001000000000000000A.ready', undefined],
  ['../00000001000000000000000A', undefined],
  ['RECOVERYXLOG', undefined],
  ['', undefined],
])('%s is a %s', (name, kind) => {
  expect(parseWalName(name)?.kind).toBe(kind);
});

test('anything but the first page of a segment is told from it, and nothing throws', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const header = parseSegmentHeader(Buffer.from(bytes));
      expect(Math.log2(header?.segmentBytes ?? 1) % 1).toBe(0);
    }),
  );
  expect(parseSegmentHeader(segment(7).subarray(0, 39))).toBe(null);
  expect(parseSegmentHeader(segment(7))).toEqual({
    ...{ timeline: 1, pageAddress: BigInt(7 * megabyte), segmentBytes: megabyte },
    systemIdentifier: String(cluster),
  });
});

const damages: readonly { readonly what: string; readonly fields: SegmentFields }[] = [
  { what: 'cut off', fields: { bytes: megabyte - 1 } },
  { what: 'empty', fields: { bytes: 0 } },
  { what: 'extended', fields: { bytes: megabyte + 1 } },
  { what: 'of another place', fields: { pageAddress: BigInt(8 * megabyte) } },
  { what: 'of another size', fields: { segmentBytes: 2 * megabyte, bytes: megabyte } },
  { what: 'zeroed at its beginning', fields: { magic: 0 } },
  { what: 'of a short first page', fields: { info: 0 } },
  { what: 'of a later timeline', fields: { timeline: 2 } },
];

test.each(damages)('a segment that is $what is refused', async ({ fields }) => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, nameOf(7));
  const bytes = fields.bytes === 0 ? Buffer.alloc(0) : segment(7, fields);
  await writeFile(path, bytes);
  await expect(walFormat.inspect(path, folder.path)).rejects.toMatchObject({ code: 'wal-refused' });
  await writeFile(path, segment(7));
  await expect(walFormat.inspect(path, folder.path)).resolves.toMatchObject({
    systemIdentifier: String(cluster),
  });
});

test('the first segment of a timeline may begin on its parent', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, nameOf(7, 3));
  await writeFile(path, segment(7, { timeline: 2 }));
  await expect(walFormat.inspect(path, folder.path)).resolves.toMatchObject({
    name: { timeline: 3 },
  });
});

test('what waits comes histories first, then the oldest; a history is of the data folder’s cluster', async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, 'archive_status'));
  await mkdir(join(folder.path, 'global'));
  await writeFile(join(folder.path, 'global/pg_control'), controlFile());
  const names = [nameOf(9), nameOf(8), '00000002.history', nameOf(8, 2)];
  for (const name of names)
    await writeFile(join(folder.path, 'archive_status', `${name}.ready`), '');
  await writeFile(join(folder.path, 'archive_status', `${nameOf(7)}.done`), '');
  await writeFile(join(folder.path, '00000002.history'), '1\t0/800000\tno recovery target\n');
  const waiting = await walFormat.waiting(join(folder.path, nameOf(8)));
  expect(waiting).toEqual(
    ['00000002.history', nameOf(8), nameOf(9), nameOf(8, 2)].map((name) => join(folder.path, name)),
  );
  await expect(walFormat.inspect(waiting[0]!, folder.path)).resolves.toMatchObject({
    systemIdentifier: String(cluster),
  });
});
