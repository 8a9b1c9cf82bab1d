import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { JemError } from '../../../errors.ts';
import type { OsUser } from '../programs.ts';

/**
 * Whom a server of ours runs as: this process's user, and where that is root, which PostgreSQL
 * refuses, `postgres` or else `nobody`. Throws `scratch-unavailable`.
 */
export async function serverUser(): Promise<OsUser> {
  if (userInfo().uid !== 0) return null;
  const users = (await readFile('/etc/passwd', 'utf8').catch(() => ''))
    .split('\n')
    .map((line) => line.split(':'));
  const found = users.find(([name]) => name === 'postgres') ?? users.find(isNobody);
  const [, , uid, gid] = found ?? [];
  if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  throw new JemError('scratch-unavailable', 'No user for a throwaway server', {
    why: 'PostgreSQL refuses to run as root, and the system has no user postgres or nobody.',
    hint: 'Run jem-db as another user, or name a database to try things in: --scratch URL',
  });
}

function isNobody([name]: readonly string[]): boolean {
  return name === 'nobody';
}

/** The number of the user that owns what a server of ours writes. */
export function ownerOf(user: OsUser): number {
  return user?.uid ?? userInfo().uid;
}
