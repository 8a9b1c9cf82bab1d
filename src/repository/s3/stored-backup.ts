import { JemError } from '../../errors.ts';
import { atATime } from '../at-a-time.ts';
import { backupCorrupt, backupMissing } from '../backup-errors.ts';
import type { ListedBackup } from '../contract.ts';
import { idPattern } from '../ids.ts';
import {
  manifestName,
  parseManifest,
  type ReadManifest,
  requireSignature,
} from '../manifest-file.ts';
import { works } from './lease.ts';
import { backupPrefix, manifestKey } from './names.ts';
import { get, list } from './objects.ts';
import type { S3Repository } from './place.ts';
import { readLastProof } from './proofs.ts';

/** Whose key it is has not been looked at yet. Throws `backup-missing`, `backup-corrupt`. */
export async function readBackup(repository: S3Repository, id: string): Promise<ReadManifest> {
  const found = idPattern.test(id)
    ? await get(repository.client, manifestKey(repository, id))
    : null;
  if (found) return parseManifest(found, id);
  throw (await isBereft(repository, id))
    ? backupCorrupt(id, manifestName, 'is missing')
    : backupMissing(id, repository.display);
}

/** All that is published, oldest first. */
export async function listBackups(repository: S3Repository): Promise<readonly ListedBackup[]> {
  const turn = atATime(8);
  const ids = await idsIn(repository);
  const listed = await Promise.all(ids.map((id) => turn(() => listBackup(repository, id))));
  return listed.filter((one) => one !== null);
}

/** What backups, and works on them, lie below. */
export async function idsIn({ client, prefix }: S3Repository): Promise<readonly string[]> {
  const { folders } = await list(client, prefix, '/');
  return folders
    .map((folder) => folder.slice(prefix.length, -1))
    .filter((name) => idPattern.test(name))
    .toSorted();
}

/** Null where it is no backup, or not yet, or no more. */
async function listBackup(repository: S3Repository, id: string): Promise<ListedBackup | null> {
  try {
    const read = await readBackup(repository, id);
    requireSignature(read, repository.key);
    const lastProof = await readLastProof(repository, read);
    return { id, manifest: read.manifest, damage: null, lastProof };
  } catch (error) {
    if (!(error instanceof JemError)) throw error;
    if (error.code === 'backup-missing') return null;
    if (!error.code.startsWith('backup-')) throw error;
    return { id, manifest: null, damage: error.message, lastProof: null };
  }
}

/**
 * Whether a backup has lost its manifest: one that is made or taken away has none either, and says
 * so; that is looked for again, for it may have been done in between.
 */
async function isBereft(repository: S3Repository, id: string): Promise<boolean> {
  if (!idPattern.test(id)) return false;
  const { client } = repository;
  if ((await works(repository, id)).length > 0) return false;
  const { objects } = await list(client, backupPrefix(repository, id));
  return objects.length > 0 && (await works(repository, id)).length === 0 && !isWhole(objects);

  function isWhole(found: readonly { readonly key: string }[]): boolean {
    return found.some(({ key }) => key === manifestKey(repository, id));
  }
}
