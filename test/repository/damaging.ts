import { randomBytes } from 'node:crypto';
import { open as openFile, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sealed } from '../../src/repository/seal.ts';
import { temporaryFolder } from '../support/folders.ts';
import { backUp, type MadeFile, open, proofOf } from './making.ts';

const files: readonly MadeFile[] = [
  { path: '1.dat.gz', bytes: randomBytes(100_000), content: 'compressed' },
  { path: '2.dat.gz', bytes: randomBytes(100_000), content: 'compressed' },
  { path: 'sub/3.dat', bytes: randomBytes(100), content: 'plain' },
];

/** A backup that is proved, with another before it, in a folder of its own. */
export async function stored(options: Parameters<typeof open>[1] = {}) {
  const folder = await temporaryFolder();
  const location = join(folder.path, 'backups');
  const repository = open(location, options);
  const older = await backUp(
    repository,
    files.map((file) => ({ ...file, bytes: randomBytes(file.bytes.length) })),
  );
  const { id, files: listed } = await backUp(repository, files);
  await repository.recordProof(id, proofOf(id), '<p>It holds.</p>');
  const dispose = () => folder[Symbol.asyncDispose]();
  const made = { older, id, folder: join(location, id), olderFolder: join(location, older.id) };
  return { ...made, listed, repository, location, [Symbol.asyncDispose]: dispose };
}
export type Stored = Awaited<ReturnType<typeof stored>>;

export async function change(file: string, at: number, bytes: Buffer): Promise<void> {
  await using opened = await openFile(file, 'r+');
  await opened.write(bytes, 0, bytes.length, at);
}

export async function flip(file: string, bit: number): Promise<void> {
  const bytes = await readFile(file);
  await change(file, bit >> 3, Buffer.from([bytes[bit >> 3]! ^ (1 << (bit & 7))]));
}

export const sizeOf = async (file: string): Promise<number> => (await readFile(file)).length;
export const flipAt = (part: number) => async (file: string) =>
  flip(file, Math.floor((await sizeOf(file)) * part) * 8 + 3);
export const cutTo = (part: number) => async (file: string) =>
  truncate(file, Math.floor((await sizeOf(file)) * part));

export const rewrite =
  (work: (text: string) => string) =>
  async (file: string): Promise<void> =>
    writeFile(file, work(await readFile(file, 'utf8')));

/** A manifest that says something else and is sealed as anybody can. */
export const forge = (value: object) =>
  rewrite((text) => {
    const { hmac: _hmac, sha256: _sha256, ...manifest } = JSON.parse(text);
    return sealed({ ...manifest, ...value }, null);
  });
