import { randomBytes } from 'node:crypto';
import { lstat, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { encrypted } from '../cipher.ts';
import { compressed, requireCompression } from '../compression.ts';
import type { WalContent } from '../contract.ts';
import { walConflict } from '../wal-errors.ts';
import {
  growingName,
  parseGrowingName,
  parseWalFileName,
  walFileName,
  walGroup,
} from '../wal-files.ts';
import {
  createPrivate,
  ignoring,
  makeFoldersWithin,
  namesIn,
  syncFolder,
  writeAll,
} from './durable.ts';
import { makeRepository } from './make-repository.ts';
import type { FolderRepository } from './place.ts';

/** The archive of one cluster in a folder. */
export interface FolderWal {
  readonly repository: FolderRepository;
  readonly systemIdentifier: string;
  /** `wal/IDENTIFIER` in the repository. */
  readonly parts: readonly [string, string];
  readonly folder: string;
}

type Mode = 'once' | 'replacing';

/**
 * Stores a file; see `WalArchive.put`. Who stores says so first, by a file whose name has the hash,
 * and looks for others then: of two with different content, the later sees the earlier, and
 * neither appears where both see each other. A run that is killed leaves at most what it said.
 */
export async function storeWal(
  wal: FolderWal,
  content: WalContent,
  mode: Mode,
): Promise<'stored' | 'there'> {
  const folder = join(wal.folder, walGroup(content.name));
  if (await isStored(folder, content)) {
    await syncUp(wal, content);
    await tidy(folder, content, mode);
    return 'there';
  }
  if (mode === 'once') await refuseOther(folder, content);
  const { key, compression } = wal.repository;
  requireCompression(compression);
  const file = walFileName(content, compression.method, key !== null);
  const growing = await grow(wal, content, file);
  try {
    if (mode === 'once') await refuseOther(folder, content);
    await rename(growing, join(folder, file)).catch(ignoring('ENOENT'));
    // Somebody who stored the same may have tidied it away; then it must be there.
    await lstat(join(folder, file));
  } catch (error) {
    await rm(growing, { force: true });
    throw error;
  }
  await syncUp(wal, content);
  await tidy(folder, content, mode);
  return 'stored';
}

async function isStored(folder: string, { name, sha256 }: WalContent): Promise<boolean> {
  for (const file of await namesIn(folder)) {
    const found = parseWalFileName(file);
    if (found?.name.name !== name.name || found.sha256 !== sha256) continue;
    // What a failing disk has emptied is stored again.
    const there = await lstat(join(folder, file)).catch(ignoring('ENOENT'));
    if (there && there.size > 0) return true;
  }
  return false;
}

/** A name that moves while a folder is read may be missed; in the next reading it is there. */
async function refuseOther(folder: string, own: WalContent): Promise<void> {
  for (const file of [...(await namesIn(folder)), ...(await namesIn(folder))]) {
    const stored = parseWalFileName(file);
    const found = stored ?? parseGrowingName(file);
    if (found?.name.name !== own.name.name || found.sha256 === own.sha256) continue;
    throw walConflict(own.name.name, folder, stored ? 'is stored' : 'is being stored');
  }
}

/** Writes the hidden file, on the disk when this returns; returns its path. */
async function grow(wal: FolderWal, content: WalContent, file: string): Promise<string> {
  const { repository, systemIdentifier, folder, parts } = wal;
  const { key, compression, signal } = repository;
  const group = walGroup(content.name);
  const path = join(folder, group, growingName(content, randomBytes(4).toString('hex')));
  const create = () => createPrivate(path);
  const to = await create().catch(async (error: unknown) => {
    ignoring('ENOENT')(error);
    await makeRepository(repository.folder);
    await makeFoldersWithin(repository.folder, [...parts, group]);
    return create();
  });
  try {
    await using _file = to;
    const small = compressed(content.content(), compression);
    const place = { backup: systemIdentifier, path: `${group}/${file}` };
    await writeAll(to, key ? encrypted(small, key, place) : small);
    signal.throwIfAborted();
    await to.sync();
    return path;
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

/** Every name on the way to a file, since a run that made a folder may have been killed then. */
async function syncUp(
  { repository, parts, folder }: FolderWal,
  { name }: WalContent,
): Promise<void> {
  await syncFolder(join(folder, walGroup(name)));
  await syncFolder(folder);
  await syncFolder(join(repository.folder, parts[0]));
  await syncFolder(repository.folder);
}

/** Removes what killed runs, or others with the same content, have left of the same name. */
async function tidy(folder: string, { name, sha256 }: WalContent, mode: Mode): Promise<void> {
  for (const file of await namesIn(folder)) {
    const growing = parseGrowingName(file);
    const found = growing ?? parseWalFileName(file);
    if (found?.name.name !== name.name) continue;
    const isSame = found.sha256 === sha256;
    if (growing ? isSame || mode === 'replacing' : !isSame && mode === 'replacing')
      await rm(join(folder, file), { force: true });
  }
}
