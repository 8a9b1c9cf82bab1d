import { JemError } from '../../errors.ts';
import { damageOf } from '../backup-errors.ts';
import type { FileCheck } from '../contract.ts';
import { manifestName, type ReadManifest, requireSignature } from '../manifest-file.ts';
import { findStrays, inspectFiles } from './inspect.ts';
import type { FolderRepository } from './place.ts';
import { inspectProofs, partsOfProofs } from './proofs.ts';
import { folderOf, proofsOf, readBackup } from './stored-backup.ts';

/**
 * Looks at every file of a backup; see `Repository.check`. Without a manifest that can be trusted
 * there is nothing to hold the others against, so it is the only one that is told of then.
 */
export async function checkBackup(
  repository: FolderRepository,
  id: string,
  onFile: (checked: FileCheck) => void,
): Promise<readonly FileCheck[]> {
  const folder = await folderOf(repository, id);
  const { signal } = repository;
  const [read, own] = await checkManifest(repository, id);
  onFile(own);
  if (read === null) return [own];
  const files = await inspectFiles({ id, folder, signal }, read.manifest, onFile);
  const proofs = await inspectProofs(proofsOf(repository, read), signal);
  const isPart = await partsOfProofs(folder);
  const strays = await findStrays(
    folder,
    [own, ...files].map(({ path }) => path),
  );
  const strange = strays.filter(({ path }) => !isPart(path));
  for (const one of [...proofs, ...strange]) onFile(one);
  return [own, ...files, ...proofs, ...strange];
}

async function checkManifest(
  repository: FolderRepository,
  id: string,
): Promise<readonly [ReadManifest | null, FileCheck]> {
  try {
    const read = await readBackup(repository, id);
    requireSignature(read, repository.key);
    return [read, { path: manifestName, ok: true, detail: '' }];
  } catch (error) {
    if (!(error instanceof JemError)) throw error;
    const detail = damageOf(error, id, manifestName);
    return [null, { path: manifestName, ok: false, detail }];
  }
}
