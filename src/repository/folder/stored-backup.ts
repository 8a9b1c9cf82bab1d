import { lstat, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { JemError } from '../../errors.ts';
import { backupCorrupt, backupMissing } from '../backup-errors.ts';
import type { ListedBackup } from '../contract.ts';
import { idPattern } from '../ids.ts';
import {
  manifestName,
  ownKey,
  parseManifest,
  type ReadManifest,
  requireSignature,
} from '../manifest-file.ts';
import { codeOf } from '../storage-errors.ts';
import { ignoring, NotAFile, openStored, removeTree, syncFolder } from './durable.ts';
import { removedName } from './names.ts';
import type { FolderRepository } from './place.ts';
import { type ProofsOf, readLastProof } from './proofs.ts';

/** Ids of all that is published, oldest first; a link or a file of such a name is somebody else's. */
export async function backupIds({ folder }: FolderRepository): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(ignoring('ENOENT'));
  const folders = (entries ?? []).filter((entry) => entry.isDirectory());
  return folders
    .map(({ name }) => name)
    .filter((name) => idPattern.test(name))
    .toSorted();
}

/** The folder of a published backup. Throws `backup-missing`. */
export async function folderOf({ folder, place }: FolderRepository, id: string): Promise<string> {
  const path = join(folder, id);
  const found = idPattern.test(id) ? await lstat(path).catch(ignoring('ENOENT')) : undefined;
  if (!found?.isDirectory()) throw backupMissing(id, place.name);
  return path;
}

/** Whose key it is has not been looked at yet. Throws `backup-missing`, `backup-corrupt`. */
export async function readBackup(repository: FolderRepository, id: string): Promise<ReadManifest> {
  const folder = await folderOf(repository, id);
  try {
    await using file = await openStored(join(folder, manifestName));
    return parseManifest(await file.readFile(), id);
  } catch (error) {
    if (error instanceof NotAFile) throw backupCorrupt(id, manifestName, 'is not a file');
    throw codeOf(error) === 'ENOENT' ? backupCorrupt(id, manifestName, 'is missing') : error;
  }
}

/** A backup as `Repository.list` tells it. */
export async function listBackup(repository: FolderRepository, id: string): Promise<ListedBackup> {
  try {
    const read = await readBackup(repository, id);
    requireSignature(read, repository.key);
    const lastProof = await readLastProof(proofsOf(repository, read));
    return { id, manifest: read.manifest, damage: null, lastProof };
  } catch (error) {
    const code = codeOf(error);
    const isDamage = error instanceof JemError || code === 'EACCES' || code === 'EIO';
    if (!isDamage) throw error;
    const damage = error instanceof JemError ? error.message : `It cannot be read (${code})`;
    return { id, manifest: null, damage, lastProof: null };
  }
}

/** Where the proofs of a backup are, and what they are signed with. */
export function proofsOf({ folder, key }: FolderRepository, { manifest }: ReadManifest): ProofsOf {
  return { id: manifest.id, folder: join(folder, manifest.id), key: ownKey(manifest, key) };
}

/** One rename, and nobody sees it any more; what then fails is swept another time. */
export async function removeBackup(repository: FolderRepository, id: string): Promise<void> {
  const path = await folderOf(repository, id);
  const hidden = join(repository.folder, removedName(id));
  await removeTree(hidden);
  await rename(path, hidden);
  await syncFolder(repository.folder);
  await removeTree(hidden);
}
