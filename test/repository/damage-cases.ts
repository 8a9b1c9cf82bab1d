import {
  appendFile,
  copyFile,
  mkdir,
  readFile,
  rename,
  symlink,
  truncate,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { change, cutTo, flipAt, sizeOf, type Stored } from './damaging.ts';

/** Each way of damaging one file, and what `check` says of that file. */
export const damages: readonly (readonly [
  string,
  (file: string, at: Stored) => Promise<unknown>,
  RegExp,
])[] = [
  ['missing', (file) => unlink(file), /^is missing$/],
  ['a byte cut off', async (file) => truncate(file, (await sizeOf(file)) - 1), /cut off/],
  ['1 % cut off', cutTo(0.99), /cut off/],
  ['half cut off', cutTo(0.5), /cut off/],
  ['emptied', cutTo(0), /^is empty/],
  ['a bit flipped at 30 %', flipAt(0.3), /^is altered/],
  ['a bit flipped at 60 %', flipAt(0.6), /^is altered/],
  ['a bit flipped at 90 %', flipAt(0.9), /^is altered/],
  ['4 KiB zeroed', (file) => change(file, 8192, Buffer.alloc(4096)), /^is altered/],
  [
    '4 KiB cut out',
    async (file) => {
      const bytes = await readFile(file);
      await writeFile(file, Buffer.concat([bytes.subarray(0, 8192), bytes.subarray(12_288)]));
    },
    /cut off/,
  ],
  ['garbage appended', (file) => appendFile(file, 'garbage'), /^has 7 bytes more than/],
  ['made zero', async (file) => writeFile(file, Buffer.alloc(await sizeOf(file))), /^is altered/],
  [
    'that of an older backup',
    (file, { listed, olderFolder }) => copyFile(join(olderFolder, listed[0]!.path), file),
    /^is altered/,
  ],
  [
    'that of another table',
    (file, { listed, folder }) => copyFile(join(folder, listed[1]!.path), file),
    /^holds what belongs to 2\.dat\.gz/,
  ],
  [
    'a link to what it was',
    async (file, { location }) => {
      await rename(file, join(location, 'elsewhere'));
      await symlink(join(location, 'elsewhere'), file);
    },
    /^is a link, a folder or a pipe/,
  ],
  ['a link to nowhere', (file) => unlink(file).then(() => symlink('nowhere', file)), /is a link/],
  ['a folder', (file) => unlink(file).then(() => mkdir(file)), /^is a link, a folder or a pipe/],
  ['a pipe', (file) => unlink(file).then(() => execa('mkfifo', [file])), /^is a link, a folder/],
];
