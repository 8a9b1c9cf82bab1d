import { JemError } from '../../errors.ts';
import { damageOf } from '../backup-errors.ts';
import type { FileCheck } from '../contract.ts';
import {
  manifestName,
  proofsFolder,
  type ReadManifest,
  requireSignature,
} from '../manifest-file.ts';
import { isLonelyPage } from '../proof-file.ts';
import { inspectFiles } from './inspect.ts';
import { backupPrefix } from './names.ts';
import { list } from './objects.ts';
import type { S3Repository } from './place.ts';
import { inspectProofs } from './proofs.ts';
import { readBackup } from './stored-backup.ts';

/** Looks at every object of a backup; see `Repository.check`, and the folder's for why so. */
export async function checkBackup(
  repository: S3Repository,
  id: string,
  onFile: (checked: FileCheck) => void,
): Promise<readonly FileCheck[]> {
  const [read, own] = await checkManifest(repository, id);
  onFile(own);
  if (read === null) return [own];
  const files = await inspectFiles(repository, read.manifest, onFile);
  const proofs = await inspectProofs(repository, read);
  const strays = await findStrays(repository, id, [own, ...files, ...proofs]);
  for (const one of [...proofs, ...strays]) onFile(one);
  return [own, ...files, ...proofs, ...strays];
}

/** What lies below a backup and belongs to nothing in it. */
async function findStrays(
  repository: S3Repository,
  id: string,
  checked: readonly FileCheck[],
): Promise<readonly FileCheck[]> {
  const prefix = backupPrefix(repository, id);
  const { objects } = await list(repository.client, prefix);
  const known = new Set(checked.map(({ path }) => path));
  const paths = objects.map(({ key }) => key.slice(prefix.length));
  const inProofs = paths.map((path) => path.slice(proofsFolder.length + 1));
  // A verdict may be on its way behind its page.
  const isComing = (path: string): boolean =>
    path.startsWith(`${proofsFolder}/`) &&
    isLonelyPage(path.slice(proofsFolder.length + 1), inProofs);
  return paths
    .filter((path) => !known.has(path) && !isComing(path))
    .map((path) => ({
      ...{ path, ok: false },
      detail: 'is an object that belongs to nothing in this backup',
    }));
}

async function checkManifest(
  repository: S3Repository,
  id: string,
): Promise<readonly [ReadManifest | null, FileCheck]> {
  try {
    const read = await readBackup(repository, id);
    requireSignature(read, repository.key);
    return [read, { path: manifestName, ok: true, detail: '' }];
  } catch (error) {
    const isDamage = error instanceof JemError && /^backup-(corrupt|too-new)$/.test(error.code);
    if (!isDamage) throw error;
    return [null, { path: manifestName, ok: false, detail: damageOf(error, id, manifestName) }];
  }
}
