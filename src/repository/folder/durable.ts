import {
  chmod,
  constants,
  lstat,
  mkdir,
  open,
  readdir,
  rm,
  type FileHandle,
} from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../storage-errors.ts';

/** Opens a new file for its owner alone, whatever the umask is. */
export async function createPrivate(path: string): Promise<FileHandle> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.chmod(0o600);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Writes a new file for its owner alone, and makes its bytes last. */
export async function writePrivate(path: string, text: string): Promise<void> {
  await using file = await createPrivate(path);
  await file.writeFile(text);
  await file.sync();
}

/** Writes a stream to an open file, one piece while the next is made. */
export async function writeAll(file: FileHandle, stream: AsyncIterable<Buffer>): Promise<void> {
  let writing = Promise.resolve();
  for await (const piece of stream) {
    await writing;
    writing = file.appendFile(piece);
    // Awaited above or below, unless the stream fails first.
    writing.catch(() => {});
  }
  await writing;
}

/** Makes a folder for its owner alone, whatever the umask is. Throws EEXIST. */
export async function makePrivateFolder(path: string): Promise<void> {
  await mkdir(path, { mode: 0o700 });

  await chmod(path, 0o700);
}

/** Makes the folders of a path within one that is there, as far as they are missing. */
export async function makeFoldersWithin(folder: string, parts: readonly string[]): Promise<void> {
  let path = folder;
  for (const part of parts) {
    path = join(path, part);
    await makePrivateFolder(path).catch(ignoring('EEXIST'));
  }
}

/** Makes the names in a folder last. */
export async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, 'r');
  // Some network file systems cannot, and some need not.
  await folder.sync().catch(ignoring('EINVAL', 'ENOTSUP'));
}

/** Makes the names in a folder and in all folders below it last. */
export async function syncTree(path: string): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true });
  for (const entry of entries) if (entry.isDirectory()) await syncTree(join(path, entry.name));
  await syncFolder(path);
}

/** Removes a folder with all in it, also while another process does the same. */
export async function removeTree(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 3 });
}

/** Names in a folder; none where there is no folder. */
export async function namesIn(path: string): Promise<readonly string[]> {
  const names = await readdir(path).catch(ignoring('ENOENT'));
  return names ?? [];
}

/** Whether something stands there; a link is not followed. */
export async function isThere(path: string): Promise<boolean> {
  return (await lstat(path).catch(ignoring('ENOENT'))) !== undefined;
}

/** For `catch`: an error of one of these codes is no error. */
export function ignoring(...codes: readonly string[]): (error: unknown) => undefined {
  return (error) => {
    if (!codes.includes(codeOf(error))) throw error;
    return undefined;
  };
}

/**
 * Opens a stored file for reading: not through a link, which may lead anywhere, and not a pipe,
 * which would be waited for. Throws `NotAFile`.
 */
export async function openStored(path: string): Promise<FileHandle> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch((error: unknown) => {
    throw ['ELOOP', 'ENXIO'].includes(codeOf(error)) ? new NotAFile(path) : error;
  });
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw new NotAFile(path);
}

/** A link, a folder, a pipe where a file was stored. */
export class NotAFile extends Error {}
