import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/folders.ts';
import { backUp, filesBelow, key, open, otherKey } from './making.ts';
import { cluster, first, readWal, walFile } from './wal-making.ts';
import { startWorker } from './working.ts';

const kinds = [
  { kind: 'plain', key: null },
  { kind: 'encrypted', key },
];
test.each(kinds)('$kind: the content can be read in the folder, or cannot', async ({ key }) => {
  await using folder = await temporaryFolder();
  const bytes = randomBytes(300_000);
  const names = [first, `${first}.00000028.backup`, '00000002.history', `${first}.partial`];
  const archive = open(join(folder.path, 'backups'), { key }).wal(cluster);
  for (const name of names) await archive.put(walFile(name, bytes));
  const stored = [...(await filesBelow(folder.path)).values()];
  const isReadable = stored.some((one) => one.includes(bytes.subarray(0, 64)));
  expect(isReadable).toBe(key === null);
});

test('who is killed while storing blocks other content, and nobody else', async () => {
  await using folder = await temporaryFolder();
  const archive = open(folder.path).wal(cluster);
  const [one, two] = [walFile(first, Buffer.from('one')), walFile(first, Buffer.from('two'))];
  const group = join(folder.path, 'wal', cluster, '0000000100000000');
  await mkdir(group, { recursive: true });
  const left = join(group, `.${first}-${one.sha256}.0badcafe.partial`);
  await writeFile(left, 'o');
  await expect(archive.put(two)).rejects.toMatchObject({ code: 'wal-conflict' });
  expect(await archive.put(one)).toBe('stored');
  expect(await readdir(group)).toEqual([`${first}-${one.sha256}.gz`]);
});

test.each([
  { what: 'altered', spoil: (path: string) => flip(path) },
  { what: 'cut off', spoil: (path: string) => truncate(path, 100) },
])('$what content does not come out as if it were whole', async ({ spoil }) => {
  for (const { key } of kinds) {
    await using folder = await temporaryFolder();
    const repository = open(folder.path, { key });
    const bytes = randomBytes(400_000);
    await repository.wal(cluster).put(walFile(first, bytes));
    await spoil((await pathsBelow(folder.path))[0]!);
    await expect(readWal(repository, first)).rejects.toMatchObject({ code: 'wal-corrupt' });
  }
});

test.each(kinds)(
  '$kind: a stored file of another name is not taken for this one',
  async ({ key }) => {
    await using folder = await temporaryFolder();
    const repository = open(folder.path, { key });
    const archive = repository.wal(cluster);
    const names = [first, '000000010000000000000002'];
    for (const name of names) await archive.put(walFile(name, Buffer.from(name)));
    const [own, other] = (await archive.list()).map(({ file }) => file);
    const group = join(folder.path, 'wal', cluster, '0000000100000000');
    await rename(join(group, other!), join(group, own!));
    await expect(readWal(repository, first)).rejects.toMatchObject({ code: 'wal-corrupt' });
  },
);

test('keys: none, another, and one that nothing was encrypted with', async () => {
  await using folder = await temporaryFolder();
  await open(join(folder.path, 'a'), { key })
    .wal(cluster)
    .put(walFile(first, Buffer.from('x')));
  await open(join(folder.path, 'b'))
    .wal(cluster)
    .put(walFile(first, Buffer.from('x')));
  await expect(readWal(open(join(folder.path, 'a')), first)).rejects.toMatchObject({
    code: 'backup-key-missing',
  });
  await expect(
    readWal(open(join(folder.path, 'a'), { key: otherKey }), first),
  ).rejects.toMatchObject({
    code: 'wal-corrupt',
  });
  await expect(readWal(open(join(folder.path, 'b'), { key }), first)).rejects.toMatchObject({
    code: 'backup-not-encrypted',
  });
});

test('what a failing disk has emptied is stored again', async () => {
  await using folder = await temporaryFolder();
  const archive = open(folder.path).wal(cluster);
  await archive.put(walFile(first, Buffer.from('x')));
  await truncate((await pathsBelow(folder.path))[0]!, 0);
  expect(await archive.put(walFile(first, Buffer.from('x')))).toBe('stored');
});

test('backups and the archive leave each other in peace', async () => {
  await using folder = await temporaryFolder();
  const repository = open(folder.path);
  await repository.wal(cluster).put(walFile(first, Buffer.from('x')));
  const wal = await filesBelow(join(folder.path, 'wal'));
  const { id } = await backUp(repository);
  expect(await repository.sweep()).toEqual([]);
  expect((await repository.list()).map((one) => one.id)).toEqual([id]);
  const checks = await repository.check(id, () => {});
  expect(checks.every(({ ok }) => ok)).toBe(true);
  await repository.remove(id);
  await repository.exclusively(async () => {});
  expect(await filesBelow(join(folder.path, 'wal'))).toEqual(wal);
});

test.each(kinds)(
  '$kind: of two processes that store other content under one name at most one succeeds',
  async ({ kind }) => {
    await using folder = await temporaryFolder();
    const encrypted = kind === 'encrypted';
    const both = await Promise.all(
      ['one', 'two'].map((content) =>
        startWorker('wal', folder.path, { encrypted, env: { CONTENT: content } }),
      ),
    );
    await Promise.all(both.map((worker) => worker.process));
    const stored = both.map(({ told }) => new Set(told.flatMap((line) => line['stored'] ?? [])));
    const refused = both.flatMap(({ told }) => told.flatMap((line) => line['refused'] ?? []));
    expect([...stored[0]!].filter((name) => stored[1]!.has(name))).toEqual([]);
    expect(stored[0]!.size + stored[1]!.size).toBeGreaterThan(0);
    expect(refused.length).toBeGreaterThan(0);
    const repository = open(folder.path, { key: encrypted ? key : null });
    const listed = await repository.wal(cluster).list();
    const names = listed.map(({ name }) => name.name);
    expect(new Set(names)).toEqual(new Set([...stored[0]!, ...stored[1]!]));
    expect(names).toHaveLength(stored[0]!.size + stored[1]!.size);
  },
);

test('of processes that are killed while they store nothing is left that looks stored', async () => {
  await using folder = await temporaryFolder();
  const repository = open(folder.path);
  for (const told of [1, 3, 7]) {
    const worker = await startWorker('wal', folder.path, { env: { CONTENT: 'one' } });
    await worker.lines(told);
    worker.process.kill('SIGKILL');
    await worker.process;
    const listed = await repository.wal(cluster).list();
    for (const { name } of listed) await readWal(repository, name.name);
    const names = new Set(listed.map(({ name }) => name.name));
    for (const line of worker.told) expect(names).toContain(line['stored']);
    await rm(join(folder.path, 'wal'), { recursive: true });
  }
});

async function pathsBelow(folder: string): Promise<string[]> {
  return [...(await filesBelow(folder)).keys()].map((path) => join(folder, path));
}

async function flip(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[bytes.length >> 1]! ^= 1;
  await writeFile(path, bytes);
}
