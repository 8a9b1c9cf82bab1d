import type { BaseRestoreOptions } from '../engines/base-backup.ts';
import { JemError } from '../errors.ts';
import type { Repository } from '../repository/contract.ts';
import type { BaseManifest } from '../repository/manifest.ts';
import { engineNamed } from '../target.ts';
import type { RestoreResult, RestoreWish } from './restore.ts';
import { openChain } from './sources.ts';

export interface ClusterWish extends BaseRestoreOptions, Pick<RestoreWish, 'onDestroy'> {}

/**
 * Restores a base backup, all files that it needs checked first, into a folder of the user's.
 * Throws `backup-missing`, `backup-corrupt`, `restore-refused`, and as `BaseBackups.restore` does.
 */
export async function restoreBase(
  repository: Repository,
  manifest: BaseManifest,
  wish: ClusterWish,
): Promise<RestoreResult & { readonly warnings: readonly string[] }> {
  const { id, kind, engine, database, serverVersion } = manifest;
  const backups = await (await engineNamed(engine)).baseBackups?.();
  if (!backups) throw new Error(`${engine} has no base backups`);
  const backup = { id, kind, engine, database, serverVersion };
  const { holds } = await backups.look(wish.folder);
  if (holds !== null) {
    if (!wish.clean) throw notEmpty(wish.folder, holds);
    await wish.onDestroy(holds, backup);
  }
  wish.onProgress({ done: 0, total: 0, what: 'checking the files of the backup' });
  await using chain = await openChain(repository, manifest);
  const restored = await backups.restore(chain.sources, wish);
  const { recovery } = wish;
  return { ...restored, backup, into: wish.folder, replaced: holds, tables: null, recovery };
}

function notEmpty(folder: string, holds: string): JemError {
  return new JemError('restore-refused', `${folder} is not empty`, {
    why: `It holds ${holds}.`,
    hint: 'Name another folder with --into, or replace this one with --clean: it asks first.',
  });
}
