import { join } from 'node:path';
import { idPattern } from '../ids.ts';
import { codeOf } from '../storage-errors.ts';
import { namesIn } from './durable.ts';
import { isAbandoned, removeLiving } from './liveness.ts';
import { isWork } from './names.ts';
import { sweepPrivate } from '../private-folder.ts';
import { sweepProofs } from './proofs.ts';

/**
 * Removes what killed runs left, here and in the system's temporary folder; what may not be
 * removed stays. Returns the paths of what is gone.
 */
export async function sweepFolder(folder: string): Promise<readonly string[]> {
  const names = await namesIn(folder);
  const swept: string[] = [];
  for (const path of names.filter(isWork).map((name) => join(folder, name))) {
    if (!(await isAbandoned(path))) continue;
    const removed = removeLiving(path).then(() => [path]);
    swept.push(...(await ofThisUser(removed)));
  }
  for (const id of names.filter((one) => idPattern.test(one)))
    swept.push(...(await ofThisUser(sweepProofs(join(folder, id)))));
  return [...swept, ...sweepPrivate()];
}

/** A leftover of another user is for that user to sweep. */
async function ofThisUser(swept: Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await swept;
  } catch (error) {
    if (['EACCES', 'EPERM'].includes(codeOf(error))) return [];
    throw error;
  }
}
