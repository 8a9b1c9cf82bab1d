import type { RestoreSource } from '../../engines/backing-up.ts';
import { backupCorrupt } from '../backup-errors.ts';
import { refuseDamaged } from '../checked.ts';
import { requireDecompression } from '../compression.ts';
import type { Manifest } from '../manifest.ts';
import { type Offered, offering, plainFile } from '../offering.ts';
import { backupPrefix } from './names.ts';
import { list, read } from './objects.ts';
import type { S3Repository } from './place.ts';
import { isRefusal, Refused, storeError } from './store-errors.ts';

/**
 * Offers the files of a backup for restoring. That all are there is looked at before, unless they
 * are checked; their bytes are checked in passing, so that they travel once: an engine switches to
 * nothing that did not come to its end. Throws `backup-corrupt`.
 */
export async function openSource(
  repository: S3Repository,
  manifest: Manifest,
  files: 'unchecked' | 'checked',
): Promise<RestoreSource> {
  for (const { compression } of manifest.files) requireDecompression(compression, manifest.id);
  if (files === 'unchecked') await requireWhole(repository, manifest);
  return offering(offeredOf(repository, manifest));
}

/** The plain bytes of one file, checked as they are read. Throws `backup-corrupt`. */
export function openFile(
  repository: S3Repository,
  manifest: Manifest,
  path: string,
): AsyncIterable<Buffer> {
  return plainFile(offeredOf(repository, manifest), path);
}

function offeredOf(repository: S3Repository, manifest: Manifest): Offered {
  const { client, key, signal, display } = repository;
  const { id } = manifest;
  const prefix = backupPrefix(repository, id);
  return {
    ...{ manifest, key, signal, own: null },
    stored: ({ path }) => read(client, prefix + path),
    readable(error, { path }) {
      if (isRefusal(error, 404)) return backupCorrupt(id, path, 'is missing');
      if (isRefusal(error, 412)) return backupCorrupt(id, path, 'was replaced while it was read');
      return error instanceof Refused ? storeError(error, display) : error;
    },
  };
}

async function requireWhole(repository: S3Repository, { id, files }: Manifest): Promise<void> {
  const prefix = backupPrefix(repository, id);
  const { objects } = await list(repository.client, prefix);
  const bytes = new Map(objects.map((one) => [one.key, one.bytes]));
  refuseDamaged(
    id,
    files.map(({ path, storedBytes }) => {
      const found = bytes.get(prefix + path);
      if (found === undefined) return { path, ok: false, detail: 'is missing' };
      const detail = `has ${found} bytes; ${storedBytes} were stored`;
      return { path, ok: found === storedBytes, detail };
    }),
  );
}
