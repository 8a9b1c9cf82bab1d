import { readdir, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { hashedFile } from '../../../src/backup/wal/content.ts';
import { openSpool } from '../../../src/backup/wal/spool.ts';
import type { WalArchive } from '../../../src/repository/contract.ts';
import { parseWalName } from '../../../src/wal-names.ts';
import { open } from '../../repository/making.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { cluster, nameOf, segment } from './segments.ts';

const { signal } = new AbortController();

async function spooling() {
  const folder = await temporaryFolder();
  const archive = open(join(folder.path, 'backups')).wal(String(cluster));
  const spool = await openSpool(archive, join(folder.path, 'spool'), signal);
  return {
    ...{ folder, archive, spool },
    write: (name: string, bytes: Buffer) => writeFile(join(spool.folder, name), bytes),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

async function names(archive: WalArchive): Promise<string[]> {
  return (await archive.list()).map(({ name }) => name.name);
}

test('finished segments are archived and go, but for the newest', async () => {
  await using spooled = await spooling();
  const { spool, archive, write } = spooled;
  for (const number of [1, 2, 3]) await write(nameOf(number), segment(number));
  expect(await spool.ship()).toEqual([1, 2, 3].map((number) => nameOf(number)));
  expect(await readdir(spool.folder)).toEqual([nameOf(3)]);
  expect(await spool.ship()).toEqual([]);
  expect(await names(archive)).toEqual([1, 2, 3].map((number) => nameOf(number)));
});

test('what grows is archived when it has grown, until its segment is whole', async () => {
  await using spooled = await spooling();
  const { spool, archive, write } = spooled;
  const growing = `${nameOf(1)}.partial`;
  await write(growing, Buffer.alloc(2 ** 20));
  expect(await spool.shipPartial()).toBe(null);
  const bytes = segment(1);
  await write(growing, bytes);
  expect(await spool.shipPartial()).toBe(growing);
  expect(await spool.shipPartial()).toBe(null);
  bytes.fill(1, 100_000, 200_000);
  await write(growing, bytes);
  expect(await spool.shipPartial()).toBe(growing);
  const stored = await archive.find(parseWalName(growing)!);
  expect(stored).toHaveLength(1);
  expect((await buffer(archive.content(stored[0]!))).equals(bytes)).toBe(true);
  await rename(join(spool.folder, growing), join(spool.folder, nameOf(1)));
  await spool.ship();
  expect(await names(archive)).toEqual([nameOf(1)]);
});

test('of two that receive the same, the one that has more of a segment is believed', async () => {
  await using spooled = await spooling();
  const { archive, write, spool, folder } = spooled;
  const other = await openSpool(archive, join(folder.path, 'other'), signal);
  const growing = parseWalName(`${nameOf(1)}.partial`)!;
  const begun = segment(1);
  const upTo = (end: number) => Buffer.from(begun).fill(7, 100_000, end);
  const stored = async (): Promise<number[]> => {
    const found = (await archive.find(growing)).map((one) => buffer(archive.content(one)));
    return (await Promise.all(found)).map((bytes) => bytes.lastIndexOf(7) + 1);
  };
  const store = async (who: typeof spool, end: number): Promise<void> => {
    await writeFile(join(who.folder, growing.name), upTo(end));
    await who.shipPartial();
  };
  await store(spool, 200_000);
  await store(other, 150_000);
  expect(await stored()).toEqual([200_000]);
  // Also when it has stored before, and what is there is not its own any more.
  await store(other, 250_000);
  await store(spool, 220_000);
  expect(await stored()).toEqual([250_000]);
  await store(spool, 300_000);
  expect(await stored()).toEqual([300_000]);

  // Nor does the slower one bring a copy back when its segment is whole.
  await rm(join(spool.folder, growing.name));
  await write(nameOf(1), upTo(400_000));
  await spool.ship();
  await store(other, 350_000);
  expect(await names(archive)).toEqual([nameOf(1)]);
});

test('a timeline that was left keeps what it had', async () => {
  await using spooled = await spooling();
  const { spool, archive, write } = spooled;
  await write(`${nameOf(4)}.partial`, segment(4));
  await write('00000002.history', Buffer.from('1\t0/450000\tno recovery target specified\n'));
  await write(`${nameOf(4, 2)}.partial`, segment(4, { timeline: 2 }));
  await spool.ship();
  await spool.shipPartial();
  const growing = [`${nameOf(4)}.partial`, `${nameOf(4, 2)}.partial`];
  expect(await names(archive)).toEqual([growing[0], '00000002.history', growing[1]]);
  expect(await readdir(spool.folder)).toEqual(['00000002.history', growing[1]]);
});

test('an empty spool begins with the last segment of the archive', async () => {
  await using spooled = await spooling();
  const { spool, archive, write, folder } = spooled;
  for (const number of [1, 2]) await write(nameOf(number), segment(number));
  await spool.ship();
  await rm(spool.folder, { recursive: true });
  await openSpool(archive, join(folder.path, 'spool'), signal);
  expect(await readdir(spool.folder)).toEqual([nameOf(2)]);
});

test('what cannot be archived stays', async () => {
  await using spooled = await spooling();
  const { spool, write, folder } = spooled;
  await writeFile(join(folder.path, 'backups'), 'in the way');
  for (const number of [1, 2]) await write(nameOf(number), segment(number));
  await expect(spool.ship()).rejects.toMatchObject({ code: 'repository-unusable' });
  expect(await readdir(spool.folder)).toEqual([nameOf(1), nameOf(2)]);
  await rm(join(folder.path, 'backups'));
  expect(await spool.ship()).toHaveLength(2);
});

test('a file that is too large for memory is stored all the same; one that changes is not', async () => {
  await using spooled = await spooling();
  const { archive, folder } = spooled;
  const path = join(folder.path, nameOf(1));
  await writeFile(path, segment(1, { segmentBytes: 2 ** 27, bytes: 2 ** 20 }));
  await truncate(path, 2 ** 27);
  const name = parseWalName(nameOf(1))!;
  const file = await hashedFile(path, name, signal);
  expect(await archive.put(file)).toBe('stored');
  const [stored] = await archive.find(name);
  let bytes = 0;
  for await (const piece of archive.content(stored!)) bytes += piece.length;
  expect(bytes).toBe(2 ** 27);
  await archive.remove([stored!]);
  await truncate(path, 2 ** 26 + 1);
  await expect(archive.put(file)).rejects.toMatchObject({ code: 'wal-refused' });
  expect(await archive.list()).toEqual([]);
});
