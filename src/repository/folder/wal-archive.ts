import { createHash } from 'node:crypto';
import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { JemError } from '../../errors.ts';
import { atATime } from '../at-a-time.ts';
import { keyMissing, notEncrypted } from '../backup-errors.ts';
import { decrypted } from '../cipher.ts';
import { decompressed, requireDecompression } from '../compression.ts';
import type { StoredWal, WalArchive } from '../contract.ts';
import { codeOf, storageError, usingStorage } from '../storage-errors.ts';
import { walCorrupt } from '../wal-errors.ts';
import { isWalGroup, parseWalFileName, walGroup, type WalFileName } from '../wal-files.ts';
import { ignoring, isThere, namesIn, NotAFile, openStored, syncFolder } from './durable.ts';
import { bytesOf } from './hashing.ts';
import type { FolderRepository } from './place.ts';
import { type FolderWal, storeWal } from './wal-store.ts';

const walFolder = 'wal';

/** See `Repository.wal`. Throws `bad-setting` where that is no identifier. */
export function folderWal(repository: FolderRepository, systemIdentifier: string): WalArchive {
  if (!isIdentifier(systemIdentifier))
    throw new JemError('bad-setting', `"${systemIdentifier}" is no system identifier`, {
      hint: 'It is a number of up to 20 digits: pg_controldata shows it.',
    });
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

function isIdentifier(text: string): boolean {
  return /^[1-9]\d{0,19}$/.test(text);
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

async function* plainBytes(wal: FolderWal, { name, file }: StoredWal): AsyncGenerator<Buffer> {
  const { folder, systemIdentifier, repository } = wal;
  const { key, signal, place } = repository;
  const { method, encrypted, sha256 } = parseWalFileName(file) ?? {};
  const shown = join(place.name, walFolder, systemIdentifier, walGroup(name));
  if (!method) throw walCorrupt(file, shown, 'has no name of the archive');
  requireDecompression(method, file);
  if (encrypted && !key) throw keyMissing(file);
  if (!encrypted && key) throw notEncrypted(file);
  try {
    await using opened = await openStored(join(folder, walGroup(name), file));
    const stream = bytesOf(opened, signal);
    const about = { backup: systemIdentifier, path: `${walGroup(name)}/${file}` };
    const hash = createHash('sha256');
    for await (const piece of decompressed(key ? decrypted(stream, key, about) : stream, method)) {
      hash.update(piece);
      yield piece;
    }
    if (hash.digest('hex') !== sha256) throw walCorrupt(file, shown, 'holds something else');
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw damageIn(error, file, shown) ?? storageError(error, place);
  }
}

/** What speaks of the file rather than of where it is stored. */
function damageIn(error: unknown, file: string, place: string): JemError | null {
  if (error instanceof NotAFile) return walCorrupt(file, place, 'is a link, a folder or a pipe');
  if (error instanceof JemError && error.code === 'backup-corrupt')
    return walCorrupt(file, place, 'cannot be decrypted, or was encrypted with another key');
  if (error instanceof JemError) return error;
  // zlib's, and Node's for zstd.
  return /^(Z_|ZSTD_|ERR_)/.test(codeOf(error))
    ? walCorrupt(file, place, 'cannot be decompressed')
    : null;
}
