import { atATime } from '../at-a-time.ts';
import { silence } from '../../liveness.ts';
import { sweepPrivate } from '../private-folder.ts';
import { isAbandoned, type Told, works } from './lease.ts';
import { manifestKey } from './names.ts';
import { isObject, list, remove } from './objects.ts';
import type { S3Repository } from './place.ts';
import { sweepProofs } from './proofs.ts';
import { takeAway } from './removal.ts';
import { idsIn } from './stored-backup.ts';
import { abortUpload, unfinishedUploads } from './upload.ts';

/**
 * Removes what killed runs left, in the bucket and in the system's temporary folder. Returns what
 * is gone, as keys and paths.
 */
export async function sweepBucket(repository: S3Repository): Promise<readonly string[]> {
  const { display, prefix } = repository;
  const told = await works(repository);
  const swept: string[] = [];
  for (const one of told)
    if (await isAbandoned(repository, one)) swept.push(...(await sweepWork(repository, one)));
  swept.push(...(await sweepUploads(repository)));
  const turn = atATime(8);
  const ids = await idsIn(repository);
  const pages = await Promise.all(ids.map((id) => turn(() => sweepProofs(repository, id))));
  const shown = [...swept, ...pages.flat()].map((key) => `${display}/${key.slice(prefix.length)}`);
  return [...shown, ...sweepPrivate()];
}

async function sweepWork(
  repository: S3Repository,
  { key, kind, id }: Told,
): Promise<readonly string[]> {
  const { client } = repository;
  // One that was killed after its manifest was written is a backup all the same.
  const isBackup = kind === 'partial' && (await isObject(client, manifestKey(repository, id)));
  if (kind !== 'lock' && !isBackup) await takeAway(repository, id);
  await remove(client, [key]);
  return [key];
}

/** Those whose end was missed: what belongs to a work is swept with it. */
async function sweepUploads(repository: S3Repository): Promise<readonly string[]> {
  const { client, prefix } = repository;
  const found = await unfinishedUploads(client, prefix);
  if (found.length === 0) return [];
  const { now } = await list(client, `${prefix}.work/`);
  const living = new Set((await works(repository)).map(({ id }) => id));
  const left = found.filter(
    ({ key, begunAt }) =>
      now - begunAt > silence && !living.has(key.slice(prefix.length).split('/')[0] ?? ''),
  );
  for (const one of left) await abortUpload(client, one);
  return left.map(({ key }) => key);
}
