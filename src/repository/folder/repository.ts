import { atATime } from '../at-a-time.ts';
import { notEncrypted } from '../backup-errors.ts';
import type { Repository } from '../contract.ts';
import { requireKey } from '../manifest-file.ts';
import { usingStorage } from '../storage-errors.ts';
import { checkBackup } from './check.ts';
import { beginDraft, draftsIn } from './draft.ts';
import { withLock } from './lock.ts';
import type { FolderRepository } from './place.ts';
import { readProofs, writeProof } from './proofs.ts';
import { openFile, openSource } from './source.ts';
import {
  backupIds,
  folderOf,
  listBackup,
  proofsOf,
  readBackup,
  removeBackup,
} from './stored-backup.ts';
import { sweepFolder } from './sweep.ts';
import { folderWal, walClusters } from './wal-archive.ts';

/** A repository in a folder; see `Repository`. */
export function folderRepository(repository: FolderRepository): Repository {
  const { folder, place, key, signal } = repository;
  const storage = <T>(work: () => Promise<T>): Promise<T> => usingStorage(place, signal, work);

  /** Without a key, a manifest can be read all the same, though not by whom it was written. */
  async function read(id: string) {
    const found = await readBackup(repository, id);
    if (key) requireKey(found, key);
    return found;
  }

  async function stored(id: string) {
    const { manifest, seal } = await readBackup(repository, id);
    requireKey({ manifest, seal }, key);
    if (key && manifest.encryption === null) throw notEncrypted(id);
    return { repository, manifest, folder: await folderOf(repository, id) };
  }

  return {
    display: place.name,
    encrypts: key !== null,
    begin: () => beginDraft(repository),
    list: () =>
      storage(async () => {
        const turn = atATime(8);
        const ids = await backupIds(repository);
        return Promise.all(ids.map((id) => turn(() => listBackup(repository, id))));
      }),
    manifest: (id) => storage(async () => (await read(id)).manifest),
    source: (id, files = 'unchecked') => storage(async () => openSource(await stored(id), files)),
    file: (id, path) => storage(async () => openFile(await stored(id), path)),
    check: (id, onFile) => storage(() => checkBackup(repository, id, onFile)),
    recordProof: (id, proof, page) =>
      storage(async () => {
        const found = await readBackup(repository, id);
        requireKey(found, key);
        await writeProof(proofsOf(repository, found), proof, page);
      }),
    proofs: (id) => storage(async () => readProofs(proofsOf(repository, await read(id)))),
    underway: () => storage(() => draftsIn(repository)),
    remove: (id) => storage(() => removeBackup(repository, id)),
    sweep: () => storage(() => sweepFolder(folder)),
    exclusively: (body) => withLock(repository, body),
    wal: (systemIdentifier) => folderWal(repository, systemIdentifier),
    walClusters: () => storage(() => walClusters(repository)),
  };
}
