import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import type { WalContent } from '../../src/repository/contract.ts';
import { parseWalName } from '../../src/wal-names.ts';
import { kinds } from './kinds.ts';
import { otherKey } from './making.ts';
import { cluster, first, readWal, walFile } from './wal-making.ts';

describe.each(kinds)('the log of a cluster in $name', ({ make }) => {
  test('what is put comes back, and again is there', async () => {
    await using opened = await make();
    const archive = opened.repository.wal(cluster);
    expect(await archive.exists()).toBe(false);
    expect(await archive.list()).toEqual([]);
    expect(await opened.repository.walClusters()).toEqual([]);
    const names = [first, `${first}.00000028.backup`, `${first}.partial`, '00000002.history'];
    const files = new Map(names.map((name) => [name, walFile(name, randomBytes(300_000))]));
    for (const file of files.values()) expect(await archive.put(file)).toBe('stored');
    const again = await opened.again();
    for (const file of files.values()) expect(await again.wal(cluster).put(file)).toBe('there');
    expect(await again.walClusters()).toEqual([cluster]);
    expect(await archive.exists()).toBe(true);
    expect(await again.list()).toEqual([]);
    const listed = await archive.list();
    expect(listed.map(({ name }) => name.name)).toEqual(names);
    for (const [name, { sha256, content }] of files) {
      expect(await archive.find(parseWalName(name)!)).toMatchObject([{ sha256 }]);
      expect((await readWal(again, name)).equals(await buffer(content()))).toBe(true);
    }
    expect(Math.abs(Date.parse(listed[0]!.storedAt) - Date.now())).toBeLessThan(120_000);
    await archive.remove(await archive.find(parseWalName(first)!));
    expect((await archive.list()).map(({ name }) => name.name)).toEqual(names.slice(1));
  });

  test('other content under a name is refused, also at the same moment', async () => {
    await using opened = await make();
    const archive = opened.repository.wal(cluster);
    const [one, two] = [walFile(first, Buffer.from('one')), walFile(first, Buffer.from('two'))];
    const results = await Promise.allSettled([archive.put(one), archive.put(two)]);
    const stored = await archive.find(one.name);
    expect(stored.length).toBe(results.filter(({ status }) => status === 'fulfilled').length);
    expect(stored.length).toBeLessThanOrEqual(1);
    const refused = results.filter((result) => result.status === 'rejected');
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'wal-conflict' });
    if (stored.length === 0) await archive.put(one);
    const before = await archive.list();
    const other = before[0]!.sha256 === one.sha256 ? two : one;
    await expect(archive.put(other)).rejects.toMatchObject({ code: 'wal-conflict', exitCode: 4 });
    expect(await archive.list()).toEqual(before);
  });

  test('the same content twice at the same moment is stored once', async () => {
    await using opened = await make();
    const archive = opened.repository.wal(cluster);
    const bytes = randomBytes(50_000);
    await Promise.all([1, 2, 3].map(() => archive.put(walFile(first, bytes))));
    expect(await archive.list()).toHaveLength(1);
    expect((await readWal(opened.repository, first)).equals(bytes)).toBe(true);
  });

  test('what grows takes the place of what it was', async () => {
    await using opened = await make();
    const archive = opened.repository.wal(cluster);
    const name = `${first}.partial`;
    for (const text of ['a', 'ab', 'abc']) await archive.replace(walFile(name, Buffer.from(text)));
    expect(await archive.find(parseWalName(name)!)).toHaveLength(1);
    expect(String(await readWal(opened.repository, name))).toBe('abc');
  });

  test('a source that fails leaves nothing, and keeps nobody away', async () => {
    await using opened = await make();
    const archive = opened.repository.wal(cluster);
    const failing: WalContent = {
      ...walFile(first, Buffer.from('lost')),
      async *content() {
        yield Buffer.alloc(1000);
        throw new Error('the disk is gone');
      },
    };
    await expect(archive.put(failing)).rejects.toThrow('the disk is gone');
    expect(await archive.list()).toEqual([]);
    expect(await archive.put(walFile(first, Buffer.from('other')))).toBe('stored');
  });

  test('neither a sweep nor what backs up touches it', async () => {
    await using opened = await make();
    const archive = opened.repository.wal(cluster);
    await archive.put(walFile(first, Buffer.from('kept')));
    expect(await opened.repository.sweep()).toEqual([]);
    await opened.repository.exclusively(async () => {});
    expect(String(await readWal(opened.repository, first))).toBe('kept');
  });

  test('another key does not read it', async () => {
    await using opened = await make();
    await opened.repository.wal(cluster).put(walFile(first, Buffer.from('secret')));
    const other = await opened.again({ key: otherKey });
    const code = opened.repository.encrypts ? 'wal-corrupt' : 'backup-not-encrypted';
    await expect(readWal(other, first)).rejects.toMatchObject({ code });
  });
});

test.each(kinds)('$name: what is no identifier names no cluster', async ({ make }) => {
  await using opened = await make();
  expect(() => opened.repository.wal('../backups')).toThrow(/no system identifier/);
});
