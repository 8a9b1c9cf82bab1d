import { chown, mkdtemp, readdir, rm, stat, statfs } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import type { Environment } from '../../engine.ts';
import { JemError } from '../../../errors.ts';
import type { OsUser } from '../programs.ts';
import { ownerOf } from './os-user.ts';

const prefix = 'jem-db-scratch-';
export const port = 5432;
/** `sun_path` of macOS, the shortest, less its NUL. */
const longestPath = 103;
/** Bytes that must be free in memory before a server's data may lie there. */
const enoughMemory = 1024 ** 3;
/** Milliseconds; a younger folder may be one whose server is about to start. */
const settled = 10 * 60_000;

/**
 * Makes a folder for a server and its socket, for its user alone: in memory where there is plenty,
 * since making many small files takes several times as long on a disk; a large server would take
 * that memory from others, and belongs on a disk. Throws `scratch-unavailable`.
 */
export async function makeFolder(
  environment: Environment,
  { user, size }: { readonly user: OsUser; readonly size: 'small' | 'large' },
): Promise<string> {
  const bases = size === 'small' ? smallBases(environment) : largeBases(environment);
  for (const base of bases) {
    const folder = (await isFit(base, user)) ? await makeIn(base, user) : null;
    if (folder !== null) return folder;
  }
  throw new JemError('scratch-unavailable', 'No folder for a throwaway server', {
    why: `Tried ${bases.join(', ')}: not writable, or their paths are too long for a socket.`,
    hint: 'Set TMPDIR to a folder with a short path, or name a database: --scratch URL',
  });
}

function smallBases({ env }: Environment): readonly string[] {
  return [...new Set(['/dev/shm', env['TMPDIR'] || '/tmp', '/tmp'])];
}

/** /tmp lies in memory on many systems, /var/tmp does not. */
function largeBases({ env }: Environment): readonly string[] {
  return [...new Set([env['TMPDIR'] || '/var/tmp', '/var/tmp', '/tmp'])];
}

async function isFit(base: string, user: OsUser): Promise<boolean> {
  const socket = join(base, `${prefix}xxxxxx`, `.s.PGSQL.${port}`);
  if (Buffer.byteLength(socket) > longestPath) return false;
  if (base === '/dev/shm') return hasMemory(base);
  return user === null || isOpenToAll(base);
}

async function hasMemory(base: string): Promise<boolean> {
  const room = await statfs(base).catch(() => null);
  return room !== null && room.bavail * room.bsize >= enoughMemory;
}

/** Whether another user can reach a folder: every one above it lets everybody through. */
async function isOpenToAll(folder: string): Promise<boolean> {
  const found = await stat(folder).catch(() => null);
  if (found === null || (found.mode & 0o001) === 0) return false;
  return folder === dirname(folder) || isOpenToAll(dirname(folder));
}

async function makeIn(base: string, user: OsUser): Promise<string | null> {
  const folder = await mkdtemp(join(base, prefix)).catch(() => null);
  if (folder !== null && user !== null) await chown(folder, user.uid, user.gid);
  return folder;
}

/** Removes what servers left behind whose watcher was killed with them. Never throws. */
export async function sweepFolders(environment: Environment, user: OsUser): Promise<void> {
  const bases = new Set([...smallBases(environment), ...largeBases(environment)]);
  const swept = [...bases].map(async (base) => {
    const names = await readdir(base);
    const ours = names.filter((name) => name.startsWith(prefix));
    await Promise.all(ours.map((name) => sweepFolder(join(base, name), user)));
  });
  await Promise.allSettled(swept);
}

async function sweepFolder(folder: string, user: OsUser): Promise<void> {
  const { uid, mtimeMs } = await stat(folder);
  if (uid !== ownerOf(user) || Date.now() - mtimeMs < settled || (await isAnswered(folder))) return;
  await rm(folder, { recursive: true, force: true });
}

function isAnswered(folder: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(join(folder, `.s.PGSQL.${port}`));
    const answer = (is: boolean) => {
      socket.destroy();
      resolve(is);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}
