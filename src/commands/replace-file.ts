import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { JemError } from '../errors.ts';
import { ignoring, syncFolder } from '../repository/folder/durable.ts';

/**
 * Writes a file whole or not at all, readable for all as the umask lets: whoever reads it meanwhile
 * sees the one before, and a link that was planted beside it is not followed. Throws `output-failed`.
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  // A collector of `*.prom` does not take this for one.
  const growing = `${path}.${process.pid}.tmp`;
  let isReplaced = false;
  try {
    // One of our id that was killed may have left it; what was planted there is not followed.
    await rm(growing, { force: true });
    await using file = await open(growing, 'wx');
    await file.writeFile(text);
    await file.sync();
    await rename(growing, path);
    isReplaced = true;
    // A folder may be writable and not readable: then its names cannot be made to last.
    await syncFolder(dirname(path)).catch(ignoring('EACCES', 'EPERM'));
  } catch (error) {
    await rm(growing, { force: true }).catch(() => {});
    const { code } = error as NodeJS.ErrnoException;
    throw new JemError('output-failed', `${path} could not be written (${code})`, {
      why: 'The folder is not there, is not writable for this user, or its disk is full.',
      hint: isReplaced
        ? 'Check the disk: the file is new, but may be the one before after a crash.'
        : 'Check the path; what stood there before is as it was.',
      cause: error,
    });
  }
}
