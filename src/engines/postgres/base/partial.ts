import { lstat, mkdir, open, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { JemError } from '../../../errors.ts';
import { isGone, type Liveness, nameOf, ownLiveness, parseLiveness } from '../../../liveness.ts';
import { namesIn } from './folder.ts';

/** Where a cluster is put together, beside the folder that it is for. */
export interface Partial {
  readonly path: string;
  readonly data: string;
  readonly parts: string;
  /** What stood in the folder before, from when it is replaced to the end. */
  readonly old: string;
}

/** What a restore says of itself, so that the next one can tell whether it still is at work. */
interface Marker extends Liveness {
  readonly format: 'jem-db-restore/1';
  /** Folders of tablespaces, absolute; all that is in them is of this restore. */
  readonly places: readonly string[];
  /** Those of them that were not there. */
  readonly made: readonly string[];
}

const sign = 'jem-db-restore.json';

export function partialOf(folder: string): Partial {
  const path = `${folder}.partial`;
  const within = (name: string): string => join(path, name);
  return { path, data: within('data'), parts: within('parts'), old: within('old') };
}

/** Makes it, with the word of who is at work there. Throws EEXIST. */
export async function makePartial(
  partial: Partial,
  places: Pick<Marker, 'places' | 'made'>,
): Promise<void> {
  const { pid, startTime, bootId, pidNamespace, host, since } = await ownLiveness();
  const own: Marker = {
    format: 'jem-db-restore/1',
    ...{ pid, startTime, bootId, pidNamespace, host, since },
    ...places,
  };
  await mkdir(partial.path, { mode: 0o700 });
  try {
    await using file = await open(join(partial.path, sign), 'wx', 0o600);
    await file.writeFile(JSON.stringify(own));
    await file.sync();
    await mkdir(partial.parts, { mode: 0o700 });
  } catch (error) {
    await removePartial(partial);
    throw error;
  }
}

/** Its word goes last: what is left when this is killed is still known for what it is. */
export async function removePartial({ path }: Partial): Promise<void> {
  const names = (await namesIn(path)) ?? [];
  for (const name of names.filter((one) => one !== sign)) await removeTree(join(path, name));
  await removeTree(path);
}

/**
 * Removes what a restore that was killed has left for a folder, in the places of its tablespaces too.
 * `put back`: it had moved away what stood in the folder. Throws `restore-refused` where one is at
 * work, or something else stands there.
 */
export async function sweepPartial(folder: string): Promise<'nothing' | 'removed' | 'put back'> {
  const partial = partialOf(folder);
  const there = await lstat(partial.path).catch(() => null);
  if (there === null) return 'nothing';
  const marker = there.isDirectory() && isOurs(there.uid) ? await markerIn(partial) : null;
  if (marker === null)
    throw inTheWay(partial.path, 'No restore of this user has left it: it says nothing of one.');
  if (!(await isDead(marker)))
    throw inTheWay(partial.path, `A restore is at work there: ${nameOf(marker)}.`);
  const wasMoved = (await namesIn(folder)) === null && (await namesIn(partial.old)) !== null;
  if (wasMoved) await rename(partial.old, folder);
  // Without it the cluster is in its place already, and its tablespaces are in use.
  if ((await namesIn(partial.data)) !== null) {
    for (const place of marker.places) await emptyOfClusters(place);
    // Others may have put something there since.
    for (const place of marker.made) await rmdir(place).catch(() => {});
  }
  await removePartial(partial);
  return wasMoved ? 'put back' : 'removed';
}

/** A restart of the machine ends all that ran there, which the process itself no more tells. */
async function isDead(marker: Marker): Promise<boolean> {
  const own = await ownLiveness();
  const isRestarted =
    marker.host === own.host && own.bootId !== null && marker.bootId !== own.bootId;
  return (await isGone(marker)) ?? isRestarted;
}

async function markerIn({ path }: Partial): Promise<Marker | null> {
  const file = join(path, sign);
  const found = await lstat(file).catch(() => null);
  if (!found?.isFile() || !isOurs(found.uid)) return null;
  const marker = parseLiveness(await readFile(file, 'utf8')) as Marker | null;
  const lists = [marker?.places, marker?.made];
  const isOne = marker?.format === 'jem-db-restore/1' && lists.every(Array.isArray);
  return isOne ? marker : null;
}

/** Whoever else could write it could have any folder emptied. */
function isOurs(uid: number): boolean {
  return uid === userInfo().uid;
}

/** A server's own folder in that of a tablespace is called by its version (catversion.h). */
async function emptyOfClusters(place: string): Promise<void> {
  const names = (await namesIn(place)) ?? [];
  for (const name of names.filter((one) => /^PG_\d+_\d+$/.test(one)))
    await removeTree(join(place, name));
}

async function removeTree(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 3 });
}

/** What cannot be swept, for the reader. */
function inTheWay(path: string, why: string): JemError {
  return new JemError('restore-refused', `${path} is there already`, {
    why,
    hint: `Name another folder; or, where it is of no use in ${dirname(path)}: rm -r '${path}'`,
  });
}
