import { appendFile, mkdir, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { defaultCompression } from '../../src/repository/compression.ts';
import { rejection } from '../support/rejection.ts';
import { damages } from './damage-cases.ts';
import { cutTo, flipAt, stored } from './damaging.ts';
import { faults, key, open } from './making.ts';

describe.each([
  { name: 'as it is', options: {} },
  { name: 'encrypted', options: { key } },
])('a file $name', ({ options }) => {
  test.each(damages)('%s', async (_name, damage, words) => {
    await using at = await stored(options);
    const { path } = at.listed[0]!;
    await damage(join(at.folder, path), at);
    // Without the key, as who looks after the disks has none.
    const found = await faults(open(at.location), at.id);
    expect(found).toEqual({ [path]: expect.stringMatching(words) });
    expect(await rejection(at.repository.source(at.id))).toMatchObject({
      code: 'backup-corrupt',
      message: `Backup ${at.id} is damaged: ${path} ${found[path]}`,
    });
    expect(await faults(at.repository, at.older.id)).toEqual({});
  });
});

test('two files that changed places', async () => {
  await using at = await stored();
  const [one, two] = at.listed.map(({ path }) => path);
  await rename(join(at.folder, one!), join(at.location, 'aside'));
  await rename(join(at.folder, two!), join(at.folder, one!));
  await rename(join(at.location, 'aside'), join(at.folder, two!));
  expect(await faults(at.repository, at.id)).toEqual({
    [one!]: `holds what belongs to ${two}`,
    [two!]: `holds what belongs to ${one}`,
  });
});

test('what was never put there', async () => {
  await using at = await stored();
  await writeFile(join(at.folder, 'extra.dat'), '');
  await writeFile(join(at.folder, '.hidden'), '');
  await writeFile(join(at.folder, 'sub/4.dat'), '');
  await writeFile(join(at.folder, 'proofs/notes.txt'), '');
  await mkdir(join(at.folder, 'folder/deep'), { recursive: true });
  await symlink('/etc/hostname', join(at.folder, 'link'));
  const file = 'is a file that belongs to nothing in this backup';
  expect(await faults(at.repository, at.id)).toEqual({
    ...{ 'extra.dat': file, '.hidden': file, 'sub/4.dat': file, 'proofs/notes.txt': file },
    folder: 'is a folder that belongs to nothing in this backup',
    link: 'is a symbolic link that belongs to nothing in this backup',
  });
});

test('a folder that is a link', async () => {
  await using at = await stored();
  await rename(join(at.folder, 'sub'), join(at.location, 'sub'));
  await symlink(join(at.location, 'sub'), join(at.folder, 'sub'));
  expect(await faults(at.repository, at.id)).toEqual({
    sub: 'is a symbolic link that belongs to nothing in this backup',
  });
});

test('a folder that is another backup under its name', async () => {
  await using at = await stored();
  await rm(at.folder, { recursive: true });
  await rename(at.olderFolder, at.folder);
  expect(await faults(at.repository, at.id)).toEqual({
    'manifest.json': `is that of another backup, ${at.older.id}`,
  });
});

const kinds = [
  { name: 'as it is', options: {}, file: 0 },
  { name: 'compressed', options: {}, file: 2 },
  { name: 'compressed as well as can be', options: { compression: defaultCompression() }, file: 2 },
  { name: 'encrypted', options: { key }, file: 0 },
  { name: 'compressed and encrypted', options: { key }, file: 2 },
];

describe.each(kinds)('a file $name that is damaged after it was looked at', ({ options, file }) => {
  test.each([
    ['altered', flipAt(0.5)],
    ['cut off', cutTo(0.9)],
    ['extended', (path: string) => appendFile(path, 'more')],
    ['emptied', cutTo(0)],
    ['removed', (path: string) => unlink(path)],
  ])('%s', async (_name, damage) => {
    await using at = await stored(options);
    const { path, content } = at.listed[file]!;
    await using source = await at.repository.source(at.id);
    await damage(join(at.folder, path));
    expect(await rejection(buffer(source.open(content)))).toMatchObject({
      code: 'backup-corrupt',
      message: expect.stringContaining(`Backup ${at.id} is damaged: ${path} `),
    });
  });
});
