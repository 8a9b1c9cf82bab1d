import { chown, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { copyInto, type OsUser } from '../programs.ts';

/**
 * Copies a cluster that is not in use, its databases side by side: most of the time goes into
 * making files. Answers whether it went well.
 */
export async function copyCluster(from: string, to: string, user: OsUser): Promise<boolean> {
  try {
    const [names, databases] = await Promise.all([readdir(from), readdir(join(from, 'base'))]);
    const base = join(to, 'base');
    await makeFolder(to, user);
    await makeFolder(base, user);
    const rest = names.filter((name) => name !== 'base').map((name) => join(from, name));
    const copies = databases.map((name) => copyInto(base, [join(from, 'base', name)]));
    const done = await Promise.all([...copies, copyInto(to, rest)]);
    return done.every((ok) => ok);
  } catch {
    return false;
  }
}

async function makeFolder(path: string, user: OsUser): Promise<void> {
  await mkdir(path, { mode: 0o700 });
  if (user !== null) await chown(path, user.uid, user.gid);
}
