import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { JemError } from '../../../errors.ts';
import type { RestoreTarget } from '../../backing-up.ts';

/** What stands in a folder where a cluster is to be restored. Throws `restore-refused`. */
export async function lookAtFolder(folder: string): Promise<RestoreTarget> {
  const names = await namesIn(folder);
  if (names === null) return { exists: false, holds: null };
  if (names.length === 0) return { exists: true, holds: null };
  const version = await readFile(join(folder, 'PG_VERSION'), 'utf8').catch(() => null);
  if (names.includes('postmaster.pid')) throw inUse(folder);
  if (version !== null) return { exists: true, holds: `a cluster of PostgreSQL ${version.trim()}` };
  const shown = names.toSorted().slice(0, 5).join(', ');
  const more = names.length > 5 ? ` and ${names.length - 5} more` : '';
  return { exists: true, holds: `${shown}${more}` };
}

/** Null: there is no such folder. Throws `restore-refused` where something else stands there. */
export async function namesIn(folder: string): Promise<readonly string[] | null> {
  try {
    return await readdir(folder);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'ENOENT') return null;
    if (code !== 'ENOTDIR') throw error;
    throw new JemError('restore-refused', `${folder} is no folder`, {
      hint: 'Name a folder that is empty or missing: --into DIR',
    });
  }
}

/** Removes what is in a folder and leaves itself, which may be a mount point. */
export async function emptyFolder(folder: string): Promise<void> {
  for (const name of (await namesIn(folder)) ?? [])
    await rm(join(folder, name), { recursive: true, force: true });
}

/** Whose it is; null: it is not there. */
export async function ownerOfFolder(
  folder: string,
): Promise<{ readonly uid: number; readonly gid: number } | null> {
  const found = await stat(folder).catch(() => null);
  return found && { uid: found.uid, gid: found.gid };
}

function inUse(folder: string): JemError {
  return new JemError('restore-refused', `A server may be running in ${folder}`, {
    why: 'It holds a postmaster.pid.',
    hint: 'Stop that server; where it was killed, and none runs, remove the file.',
  });
}
