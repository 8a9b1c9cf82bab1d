import type { RestoreSource } from '../../engines/backing-up.ts';
import { backupCorrupt } from '../backup-errors.ts';
import { refuseDamaged } from '../checked.ts';
import { requireDecompression } from '../compression.ts';
import type { Manifest } from '../manifest.ts';
import { offering } from '../offering.ts';
import { backupPrefix } from './names.ts';
import { list, read } from './objects.ts';
import type { S3Repository } from './place.ts';
import { isRefusal, Refused, storeError } from './store-errors.ts';

/**
 * Offers the files of a backup for restoring. That all are there is looked at before; their bytes
 * are checked in passing, so that they travel once: an engine switches to nothing that did not come
 * to its end. Throws `backup-corrupt`.
 */
export async function openSource(
  repository: S3Repository,
  manifest: Manifest,
): Promise<RestoreSource> {
  const { client, key, signal, display } = repository;
  const { id, files } = manifest;
  for (const { compression } of files) requireDecompression(compression, id);
  const prefix = backupPrefix(repository, id);
  const { objects } = await list(client, prefix);
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
  return offering({
    ...{ manifest, key, signal, own: null },
    stored: ({ path }) => read(client, prefix + path),
    readable(error, { path }) {
      if (isRefusal(error, 404)) return backupCorrupt(id, path, 'is missing');
      if (isRefusal(error, 412)) return backupCorrupt(id, path, 'was replaced while it was read');
      return error instanceof Refused ? storeError(error, display) : error;
    },
  });
}
