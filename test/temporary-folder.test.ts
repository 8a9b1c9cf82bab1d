import { existsSync, readdirSync } from 'node:fs';
import { chown, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../src/temporary-folder.ts';

test('a folder for its owner alone, gone at the end with all that lies in it', async () => {
  let path: string;
  {
    await using folder = await temporaryFolder('mode');
    ({ path } = folder);
    expect((await stat(path)).mode & 0o777).toBe(0o700);
    await writeFile(join(path, 'secret'), 'x');
  }
  expect(existsSync(path)).toBe(false);
});

test.runIf(process.getuid?.() === 0)('what another user put there stays', async () => {
  await using mine = await temporaryFolder('foreign');
  const foreign = mine.path.replace(`-${process.pid}-`, `-${2 ** 22 + 1}-`);
  await mkdir(foreign);
  await chown(foreign, 65_534, 65_534);
  await using _again = await temporaryFolder('foreign');
  expect(existsSync(foreign)).toBe(true);
  await rm(foreign, { recursive: true });
});

test('what a killed process has left is swept, what others work in stays', async () => {
  await using mine = await temporaryFolder('swept');
  const of = async (pid: number): Promise<string> => {
    const name = basename(mine.path).replace(`-${process.pid}-`, `-${pid}-`);
    await mkdir(join(tmpdir(), name));
    await writeFile(join(tmpdir(), name, 'password'), 'secret');
    return name;
  };
  const dead = await of(2 ** 22 + 1);
  const alive = await of(process.ppid);
  await using again = await temporaryFolder('swept');
  const left = readdirSync(tmpdir());
  expect(left).not.toContain(dead);
  expect(left).toEqual(expect.arrayContaining([alive, basename(mine.path), basename(again.path)]));
  await rm(join(tmpdir(), alive), { recursive: true });
});
