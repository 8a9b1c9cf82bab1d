import { notEncrypted } from '../backup-errors.ts';
import type { Repository } from '../contract.ts';
import { requireKey } from '../manifest-file.ts';
import type { Manifest } from '../manifest.ts';
import { checkBackup } from './check.ts';
import { beginDraft } from './draft.ts';
import { underway } from './lease.ts';
import { withLock } from './lock.ts';
import { type S3Repository, usingStore } from './place.ts';
import { readProofs, writeProof } from './proofs.ts';
import { removeBackup } from './removal.ts';
import { openFile, openSource } from './source.ts';
import { listBackups, readBackup } from './stored-backup.ts';
import { sweepBucket } from './sweep.ts';
import { s3Wal, walClusters } from './wal-archive.ts';

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

  async function restorable(id: string): Promise<Manifest> {
    const found = await readBackup(repository, id);
    requireKey(found, key);
    if (key && found.manifest.encryption === null) throw notEncrypted(id);
    return found.manifest;
  }

  return {
    display,
    encrypts: key !== null,
    begin: () => beginDraft(repository),
    list: () => store(() => listBackups(repository)),
    manifest: (id) => store(async () => (await read(id)).manifest),
    source: (id, files = 'unchecked') =>
      store(async () => openSource(repository, await restorable(id), files)),
    file: (id, path) => store(async () => openFile(repository, await restorable(id), path)),
    check: (id, onFile) => store(() => checkBackup(repository, id, onFile)),
    recordProof: (id, proof, page) =>
      store(async () => {
        const found = await readBackup(repository, id);
        requireKey(found, key);
        await writeProof(repository, found, proof, page);
      }),
    proofs: (id) => store(async () => readProofs(repository, await read(id))),
    underway: () => store(() => underway(repository)),
    remove: (id) => store(() => removeBackup(repository, id)),
    sweep: () => store(() => sweepBucket(repository)),
    wal: (systemIdentifier) => s3Wal(repository, systemIdentifier),
    walClusters: () => store(() => walClusters(repository)),
    exclusively: (body) => withLock(repository, body),
  };
}
