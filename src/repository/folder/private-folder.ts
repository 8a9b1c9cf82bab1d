import { randomBytes } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { makePrivateFolder, namesIn } from './durable.ts';
import { isAbandoned, makeLivingFolder, removeLiving } from './liveness.ts';
import { temporaryPlace } from './place.ts';
import { usingStorage } from '../storage-errors.ts';

const prefix = 'jem-db-plain-';

/** An empty folder for what must not lie in the repository; disposing of it never throws. */
export interface PrivateFolder extends AsyncDisposable {
  readonly path: string;
}

/** Makes one below the system's temporary folder. Throws `repository-unusable`, `disk-full`. */
export function makePrivate(signal: AbortSignal): Promise<PrivateFolder> {
  return usingStorage(temporaryPlace(), signal, async () => {
    const living = await makeLivingFolder(join(tmpdir(), prefix + randomBytes(8).toString('hex')));
    const path = join(living.path, 'files');
    await makePrivateFolder(path);
    return { path, [Symbol.asyncDispose]: () => living[Symbol.asyncDispose]() };
  });
}

/** Removes those whose processes were killed; returns their paths. */
export async function sweepPrivate(): Promise<readonly string[]> {
  const names = (await namesIn(tmpdir())).filter((name) => name.startsWith(prefix));
  const swept: string[] = [];
  for (const name of names) {
    const path = join(tmpdir(), name);
    if (!(await isOurs(path)) || !(await isAbandoned(path))) continue;
    await removeLiving(path);
    swept.push(path);
  }
  return swept;
}

/** Others can put names into the temporary folder too. */
async function isOurs(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => null);
  return found !== null && found.isDirectory() && found.uid === userInfo().uid;
}
