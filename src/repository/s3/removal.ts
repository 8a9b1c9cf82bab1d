import { backupMissing } from '../backup-errors.ts';
import { ownLiveness } from '../../liveness.ts';
import { backupPrefix, manifestKey, removedKey } from './names.ts';
import { list, put, remove } from './objects.ts';
import type { S3Repository } from './place.ts';
import { readBackup } from './stored-backup.ts';
import { abortUpload, unfinishedUploads } from './upload.ts';
import { codeOf } from '../storage-errors.ts';

/** Removes a backup, also a damaged one. Throws `backup-missing`. */
export async function removeBackup(repository: S3Repository, id: string): Promise<void> {
  await readBackup(repository, id).catch((error: unknown) => {
    if (codeOf(error) === 'backup-missing') throw backupMissing(id, repository.display);
  });
  await takeAway(repository, id);
}

/** The manifest first: from then on it is no backup. A note of it lets a sweep end what was begun. */
export async function takeAway(repository: S3Repository, id: string): Promise<void> {
  const { client } = repository;
  const note = removedKey(repository, id);
  await put(client, note, [Buffer.from(JSON.stringify(await ownLiveness()))]);
  await remove(client, [manifestKey(repository, id)]);
  const prefix = backupPrefix(repository, id);
  for (const one of await unfinishedUploads(client, prefix)) await abortUpload(client, one);
  const { objects } = await list(client, prefix);
  await remove(
    client,
    objects.map(({ key }) => key),
  );
  await remove(client, [note]);
}
