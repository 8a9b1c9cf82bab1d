import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { atATime } from '../at-a-time.ts';
import type { StoredWal, WalArchive } from '../contract.ts';
import { storageError, usingStorage } from '../storage-errors.ts';
import { plainWal } from '../wal-content.ts';
import {
  isIdentifier,
  isWalGroup,
  parseWalFileName,
  requireIdentifier,
  walFolder,
  walGroup,
  type WalFileName,
} from '../wal-files.ts';
import { ignoring, isThere, namesIn, NotAFile, openStored, syncFolder } from './durable.ts';
import { bytesOf } from './hashing.ts';
import type { FolderRepository } from './place.ts';
import { type FolderWal, storeWal } from './wal-store.ts';

/** See `Repository.wal`. Throws `bad-setting` where that is no identifier. */
export function folderWal(repository: FolderRepository, systemIdentifier: string): WalArchive {
  requireIdentifier(systemIdentifier);
  const { place, signal } = repository;
  const storage = <T>(work: () => Promise<T>): Promise<T> => usingStorage(place, signal, work);
  const parts = [walFolder, systemIdentifier] as const;
  const folder = join(repository.folder, ...parts);
  const wal: FolderWal = { repository, systemIdentifier, parts, folder };
  return {
    display: join(place.name, ...parts),
    exists: () => storage(() => isThere(folder)),
    put: (content) => storage(() => storeWal(wal, content, 'once')),
    replace: (content) => storage(() => storeWal(wal, content, 'replacing')),
    find: (name) =>
      storage(async () => {
        const all = await filesIn(folder, walGroup(name));
        const found = all.filter((one) => one.name.name === name.name);
        return await Promise.all(found.map((one) => look(folder, one)));
      }),
    content: (stored) => plainBytes(wal, stored),
    list: () => storage(() => list(folder)),
    remove: (stored) => storage(() => remove(folder, stored)),
  };
}

/** See `Repository.walClusters`. */
export async function walClusters({ folder }: FolderRepository): Promise<readonly string[]> {
  const names = await namesIn(join(folder, walFolder));
  return names.filter(isIdentifier).toSorted();
}

async function filesIn(folder: string, group: string): Promise<readonly WalFileName[]> {
  const names = await namesIn(join(folder, group));
  return names.map(parseWalFileName).filter((one) => one !== null);
}

async function look(folder: string, { name, sha256, file }: WalFileName): Promise<StoredWal> {
  const { size, mtime } = await lstat(join(folder, walGroup(name), file));
  return { name, sha256, file, storedBytes: size, storedAt: mtime.toISOString() };
}

async function list(folder: string): Promise<readonly StoredWal[]> {
  const groups = (await readdir(folder).catch(ignoring('ENOENT'))) ?? [];
  const turn = atATime(32);
  const stored: StoredWal[] = [];
  for (const group of groups.filter(isWalGroup)) {
    const files = await filesIn(folder, group);
    // Another process may prune meanwhile.
    const seen = files.map((one) => turn(() => look(folder, one).catch(ignoring('ENOENT'))));
    stored.push(...(await Promise.all(seen)).filter((one) => one !== undefined));
  }
  return stored.toSorted((one, other) => (one.file < other.file ? -1 : 1));
}

async function remove(folder: string, stored: readonly StoredWal[]): Promise<void> {
  for (const { name, file } of stored)
    await rm(join(folder, walGroup(name), file), { force: true });
  for (const group of new Set(stored.map(({ name }) => walGroup(name))))
    await syncFolder(join(folder, group)).catch(ignoring('ENOENT'));
}

function plainBytes(wal: FolderWal, stored: StoredWal): AsyncIterable<Buffer> {
  const { folder, systemIdentifier, repository } = wal;
  const { key, signal, place } = repository;
  const group = walGroup(stored.name);
  return plainWal(stored, {
    ...{ systemIdentifier, key, signal },
    shown: join(place.name, walFolder, systemIdentifier, group),
    async *bytes() {
      await using opened = await openStored(join(folder, group, stored.file));
      yield* bytesOf(opened, signal);
    },
    damage: (error) => (error instanceof NotAFile ? 'is a link, a folder or a pipe' : null),
    readable: (error) => storageError(error, place),
  });
}
