import { open, rename, rm } from 'node:fs/promises';
import { JemError } from '../errors.ts';

/**
 * Writes a file whole or not at all, readable for all as the umask lets: whoever reads it meanwhile
 * sees the one before. Throws `output-failed`.
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  // A collector of `*.prom` does not take this for one.
  const growing = `${path}.${process.pid}.tmp`;
  try {
    await using file = await open(growing, 'w');
    await file.writeFile(text);
    await file.sync();
    await rename(growing, path);
  } catch (error) {
    await rm(growing, { force: true }).catch(() => {});
    const { code } = error as NodeJS.ErrnoException;
    throw new JemError('output-failed', `${path} could not be written (${code})`, {
      why: 'The folder is not there, is not writable for this user, or its disk is full.',
      hint: 'Check the path; what stood there before is as it was.',
      cause: error,
    });
  }
}
