import { JemError } from '../errors.ts';
import { backupCorrupt } from './backup-errors.ts';
import type { Repository } from './contract.ts';
import { manifestName } from './manifest-file.ts';
import type { BaseManifest, Manifest } from './manifest.ts';

/**
 * What a restore of a base backup needs: the whole one first, then each that builds on the one
 * before, the backup itself last. Throws `backup-missing`, `backup-corrupt`.
 */
export async function chainOf(
  repository: Repository,
  backup: BaseManifest,
): Promise<readonly BaseManifest[]> {
  const chain = [backup];
  for (let at = backup; at.parent !== null;) {
    const parent = await parentOf(repository, at.id, at.parent);
    // Ids sort by time: what builds on something later, or on itself, was made up.
    if (parent.kind !== 'base' || parent.cluster !== at.cluster || parent.id >= at.id)
      throw backupCorrupt(
        at.id,
        manifestName,
        `says that it builds on ${parent.id}, which cannot be`,
      );
    chain.unshift(parent);
    at = parent;
  }
  return chain;
}

async function parentOf(repository: Repository, id: string, parent: string): Promise<Manifest> {
  try {
    return await repository.manifest(parent);
  } catch (error) {
    if (!(error instanceof JemError && error.code === 'backup-missing')) throw error;
    throw new JemError('backup-missing', `Backup ${id} builds on ${parent}, which is not there`, {
      why: `An incremental backup holds what has changed alone. ${parent} was removed from ${repository.display}.`,
      hint: 'Bring it back, or restore another: jem-db backup list',
    });
  }
}
