import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { untar } from '../../../../src/engines/postgres/base/untar.ts';
import { temporaryFolder } from '../../../support/folders.ts';
import { rejection } from '../../../support/rejection.ts';

const run = promisify(execFile);

/** The tar of a folder with two files and what `more` adds. */
async function tarOf(
  folder: string,
  names: readonly string[],
  ...options: readonly string[]
): Promise<Buffer> {
  const from = join(folder, 'from');
  await mkdir(join(from, 'pg_tblspc'), { recursive: true });
  await writeFile(join(from, 'a'), 'x'.repeat(1500));
  await writeFile(join(from, 'pg_tblspc/empty'), '');
  await symlink('/etc', join(from, 'elsewhere'));
  await symlink('/etc', join(from, 'pg_tblspc/16401'));
  const file = join(folder, 'made.tar');
  await run('tar', ['--format=ustar', '-cf', file, ...options, '-C', from, ...names]);
  return readFile(file);
}

/** In pieces that end anywhere. */
async function* pieces(bytes: Buffer, size = 333): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

it('unpacks files and folders from pieces of any size, and makes no links', async () => {
  await using folder = await temporaryFolder();
  const tar = await tarOf(folder.path, ['a', 'pg_tblspc']);
  for (const size of [1, 512, 333, 1 << 20]) {
    const to = join(folder.path, `to-${size}`);
    await mkdir(to);
    let counted = 0;
    await untar(pieces(tar, size), to, (bytes) => (counted += bytes));
    expect(counted).toBe(tar.length);
    const found = await readdir(to, { recursive: true });
    expect(found.toSorted()).toEqual(['a', 'pg_tblspc', 'pg_tblspc/empty']);
    expect(await readFile(join(to, 'a'), 'utf8')).toBe('x'.repeat(1500));
  }
});

it('refuses what was cut off anywhere, or has another header', async () => {
  await using folder = await temporaryFolder();
  const tar = await tarOf(folder.path, ['a', 'pg_tblspc']);
  const end = tar.findLastIndex((byte) => byte !== 0);
  const whole = Math.ceil((end + 1) / 512) * 512;
  const altered = Buffer.from(tar);
  altered[3] = 0x41;
  const broken = [0, 100, 512, 1000, 2048, whole].map((at) => tar.subarray(0, at));
  for (const [at, bytes] of [...broken, altered].entries()) {
    const to = join(folder.path, `to-${at}`);
    await mkdir(to);
    const error = await rejection(untar(pieces(bytes), to, () => {}));
    expect(error, String(at)).toMatchObject({ code: 'backup-corrupt' });
  }
});

it.each([
  ['a path that leads out', ['a'], ['-P', '--transform=s,^a,../outside,']],
  ['an absolute path', ['a'], ['-P', '--transform=s,^a,/tmp/jem-db-outside,']],
  ['a link that is no tablespace', ['elsewhere'], []],
])('refuses %s', async (_name, names, options) => {
  await using folder = await temporaryFolder();
  const tar = await tarOf(folder.path, names, ...options);
  const to = join(folder.path, 'to');
  await mkdir(to);
  expect(await rejection(untar(pieces(tar), to, () => {}))).toMatchObject({
    code: 'backup-corrupt',
  });
  expect((await readdir(folder.path)).toSorted()).toEqual(['from', 'made.tar', 'to']);
});
