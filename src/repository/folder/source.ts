import { join } from 'node:path';
import type { RestoreSource } from '../../engines/backing-up.ts';
import { backupCorrupt } from '../backup-errors.ts';
import { refuseDamaged } from '../checked.ts';
import { requireDecompression } from '../compression.ts';
import type { Manifest, ManifestFile } from '../manifest.ts';
import { type Offered, offering, plainFile } from '../offering.ts';
import { codeOf, storageError } from '../storage-errors.ts';
import { openStored } from './durable.ts';
import { bytesOf } from './hashing.ts';
import { inspectFiles } from './inspect.ts';
import type { FolderRepository } from './place.ts';

/** A published backup whose key was found to be right. */
interface Stored {
  readonly repository: FolderRepository;
  readonly manifest: Manifest;
  /** The backup's folder. */
  readonly folder: string;
}

/** Checks every stored file that is unchecked, then offers them for restoring. Throws `backup-corrupt`. */
export async function openSource(
  stored: Stored,
  files: 'unchecked' | 'checked',
): Promise<RestoreSource> {
  const { manifest } = stored;
  for (const { compression } of manifest.files) requireDecompression(compression, manifest.id);
  if (files === 'unchecked') await requireWhole(stored);
  return offering(offeredOf(stored));
}

/** The plain bytes of one file, checked as they are read. Throws `backup-corrupt`. */
export function openFile(stored: Stored, path: string): AsyncIterable<Buffer> {
  return plainFile(offeredOf(stored), path);
}

function offeredOf({ manifest, folder, repository }: Stored): Offered {
  const { key, signal, place } = repository;
  async function* bytes({ path }: ManifestFile): AsyncGenerator<Buffer> {
    await using opened = await openStored(join(folder, path));
    yield* bytesOf(opened, signal);
  }
  return {
    ...{ manifest, key, signal, own: folder, stored: bytes },
    readable: (error, { path }) =>
      codeOf(error) === 'ENOENT'
        ? backupCorrupt(manifest.id, path, 'is missing')
        : storageError(error, place),
  };
}

async function requireWhole({ repository, manifest, folder }: Stored): Promise<void> {
  const checks = await inspectFiles(
    { id: manifest.id, folder, signal: repository.signal },
    manifest,
    () => {},
  );
  refuseDamaged(manifest.id, checks);
}
