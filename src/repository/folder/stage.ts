import { lstat, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Compression, Stage } from '../../engines/backing-up.ts';
import { atATime } from '../at-a-time.ts';
import { encrypted } from '../cipher.ts';
import { compressed, requireCompression, suffixOf } from '../compression.ts';
import { isSafePath } from '../manifest-file.ts';
import type { ManifestFile } from '../manifest.ts';
import { usingStorage } from '../storage-errors.ts';
import { createPrivate, makeFoldersWithin, openStored, writeAll } from './durable.ts';
import { bytesOf, digestOf, measured } from './hashing.ts';
import type { FolderRepository } from './place.ts';

/** A stage of which the taken files are known. */
export interface FileStage extends Stage {
  /** What was taken, by path; for when all `take`s have ended. */
  files(): readonly ManifestFile[];
  /** Waits until no file is being taken any more. Never throws. */
  settled(): Promise<void>;
}

interface StageFolders {
  readonly id: string;
  /** Where the engine puts its files. */
  readonly from: string;
  /** Where the backup grows. */
  readonly to: string;
}

const uncompressed: Compression = { method: 'none', level: null };

/** Takes files into a growing backup; each lasts on the disk when its `take` has ended. */
export function openStage(repository: FolderRepository, folders: StageFolders): FileStage {
  const files = new Map<string, ManifestFile>();
  const takes = new Set<Promise<void>>();
  // More would only wait for the same disk.
  const turn = atATime(4);
  const known = new Set<string>();

  function kept(taking: Promise<void>): Promise<void> {
    takes.add(taking);
    return taking;
  }

  async function store(
    path: string,
    content: 'plain' | 'compressed',
    work: (taking: Taking) => Promise<ManifestFile>,
  ): Promise<void> {
    const compression = content === 'plain' ? repository.compression : uncompressed;
    requireCompression(compression);
    const stored = storedPath(repository, path, compression);
    if (!isSafePath(path) || known.has(stored))
      throw new Error(`a backup cannot hold ${path}, or holds it already`);
    known.add(stored);
    files.set(stored, await work({ path, stored, compression }));
  }

  return {
    folder: folders.from,
    take: (path, content) =>
      kept(turn(() => store(path, content, (taking) => takeFile(repository, folders, taking)))),
    // Not in turn: its source may be slow, and wait for what is taken beside it.
    put: (path, bytes, content) =>
      kept(store(path, content, (taking) => putBytes(repository, folders, taking, bytes))),
    files: () => [...files.values()].toSorted((one, other) => (one.path < other.path ? -1 : 1)),
    async settled() {
      await Promise.allSettled(takes);
    },
  };
}

interface Taking {
  readonly path: string;
  readonly stored: string;
  readonly compression: Compression;
}

function storedPath({ key }: FolderRepository, path: string, { method }: Compression): string {
  return `${path}${suffixOf(method)}${key ? '.enc' : ''}`;
}

async function takeFile(
  repository: FolderRepository,
  folders: StageFolders,
  taking: Taking,
): Promise<ManifestFile> {
  const source = join(folders.from, taking.path);
  const { key, signal, place } = repository;
  return usingStorage(place, signal, async () => {
    if (!(await lstat(source)).isFile()) throw new Error(`${taking.path} is no file`);
    const target = await targetOf(folders, taking, signal);
    const asIs = key === null && taking.compression.method === 'none';
    if (asIs) return fileOf(taking, await moved(source, target, repository));
    await using from = await openStored(source);
    const taken = await written(repository, folders, taking, bytesOf(from, signal));
    await rm(source);
    return fileOf(taking, taken);
  });
}

async function putBytes(
  repository: FolderRepository,
  folders: StageFolders,
  taking: Taking,
  bytes: AsyncIterable<Buffer>,
): Promise<ManifestFile> {
  const { signal, place } = repository;
  return usingStorage(place, signal, async () => {
    await targetOf(folders, taking, signal);
    return fileOf(taking, await written(repository, folders, taking, abortable(bytes, signal)));
  });
}

async function* abortable(
  bytes: AsyncIterable<Buffer>,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  for await (const piece of bytes) {
    signal.throwIfAborted();
    yield piece;
  }
}

/** Where it is to be stored; the folders above are there. */
async function targetOf(
  { to }: StageFolders,
  { stored }: Taking,
  signal: AbortSignal,
): Promise<string> {
  signal.throwIfAborted();
  await makeFoldersWithin(to, stored.split('/').slice(0, -1));
  return join(to, stored);
}

type Taken = Pick<ManifestFile, 'bytes' | 'storedBytes' | 'sha256'>;

function fileOf({ path, stored, compression }: Taking, taken: Taken): ManifestFile {
  return { path: stored, content: path, ...taken, compression: compression.method };
}

/** Nothing has to be done to it: it stays where it lies on the disk. */
async function moved(source: string, target: string, { signal }: FolderRepository): Promise<Taken> {
  await using file = await openStored(source);
  await file.chmod(0o600);
  const { bytes, sha256 } = await digestOf(file, signal);
  await file.sync();
  await rename(source, target);
  return { bytes, storedBytes: bytes, sha256 };
}

/** Compressed, encrypted, hashed as it goes to the disk. */
async function written(
  { key }: FolderRepository,
  { id, to }: StageFolders,
  { stored, compression }: Taking,
  source: AsyncIterable<Buffer>,
): Promise<Taken> {
  const target = join(to, stored);
  let bytes = 0;
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const piece of source) {
      bytes += piece.length;
      yield piece;
    }
  }
  const small = compressed(counted(), compression);
  const { stream, digest } = measured(
    key ? encrypted(small, key, { backup: id, path: stored }) : small,
  );
  await using file = await createPrivate(target);
  try {
    await writeAll(file, stream);
    await file.sync();
  } catch (error) {
    await rm(target, { force: true });
    throw error;
  }
  const { bytes: storedBytes, sha256 } = digest();
  return { bytes, storedBytes, sha256 };
}
