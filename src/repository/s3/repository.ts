import { notEncrypted } from '../backup-errors.ts';
import type { Repository } from '../contract.ts';
import { requireKey } from '../manifest-file.ts';
import { checkBackup } from './check.ts';
import { beginDraft } from './draft.ts';
import { withLock } from './lock.ts';
import { type S3Repository, usingStore } from './place.ts';
import { readProofs, writeProof } from './proofs.ts';
import { removeBackup } from './removal.ts';
import { openSource } from './source.ts';
import { listBackups, readBackup } from './stored-backup.ts';
import { sweepBucket } from './sweep.ts';

/** A repository in a bucket; see `Repository`. */
export function s3Repository(repository: S3Repository): Repository {
  const { display, key } = repository;
  const store = <T>(work: () => Promise<T>): Promise<T> => usingStore(repository, work);

  /** Without a key, a manifest can be read all the same, though not by whom it was written. */
  async function read(id: string) {
    const found = await readBackup(repository, id);
    if (key) requireKey(found, key);
    return found;
  }

  return {
    display,
    encrypts: key !== null,
    begin: () => beginDraft(repository),
    list: () => store(() => listBackups(repository)),
    manifest: (id) => store(async () => (await read(id)).manifest),
    source: (id) =>
      store(async () => {
        const found = await readBackup(repository, id);
        requireKey(found, key);
        if (key && found.manifest.encryption === null) throw notEncrypted(id);
        return openSource(repository, found.manifest);
      }),
    check: (id, onFile) => store(() => checkBackup(repository, id, onFile)),
    recordProof: (id, proof, page) =>
      store(async () => {
        const found = await readBackup(repository, id);
        requireKey(found, key);
        await writeProof(repository, found, proof, page);
      }),
    proofs: (id) => store(async () => readProofs(repository, await read(id))),
    remove: (id) => store(() => removeBackup(repository, id)),
    sweep: () => store(() => sweepBucket(repository)),
    exclusively: (body) => withLock(repository, body),
  };
}
