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
  return {
    folder: folders.from,
    take(path, content) {
      const compression = content === 'plain' ? repository.compression : uncompressed;
      const taking = turn(async () => {
        requireCompression(compression);
        const stored = storedPath(repository, path, compression);
        if (!isSafePath(path) || known.has(stored))
          throw new Error(`a backup cannot hold ${path}, or holds it already`);
        known.add(stored);
        files.set(stored, await takeFile(repository, folders, { path, stored, compression }));
      });
      takes.add(taking);
      return taking;
    },
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
  { id, from, to }: StageFolders,
  { path, stored, compression }: Taking,
): Promise<ManifestFile> {
  const source = join(from, path);
  const target = join(to, stored);
  const { key, signal, place } = repository;
  return usingStorage(place, signal, async () => {
    signal.throwIfAborted();
    if (!(await lstat(source)).isFile()) throw new Error(`${path} is no file`);
    await makeFoldersWithin(to, stored.split('/').slice(0, -1));
    const work = { id, stored, source, target, repository, compression };
    const asIs = key === null && compression.method === 'none';
    const taken = asIs ? await moved(work) : await copied(work);
    return { path: stored, content: path, ...taken, compression: compression.method };
  });
}

interface Work {
  readonly id: string;
  readonly stored: string;
  readonly source: string;
  readonly target: string;
  readonly repository: FolderRepository;
  readonly compression: Compression;
}
type Taken = Pick<ManifestFile, 'bytes' | 'storedBytes' | 'sha256'>;

/** Nothing has to be done to it: it stays where it lies on the disk. */
async function moved({ source, target, repository }: Work): Promise<Taken> {
  await using file = await openStored(source);
  await file.chmod(0o600);
  const { bytes, sha256 } = await digestOf(file, repository.signal);
  await file.sync();
  await rename(source, target);
  return { bytes, storedBytes: bytes, sha256 };
}

async function copied(work: Work): Promise<Taken> {
  const { source, target, repository, compression } = work;
  const { key, signal } = repository;
  await using from = await openStored(source);
  let bytes = 0;
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const piece of bytesOf(from, signal)) {
      bytes += piece.length;
      yield piece;
    }
  }
  const small = compressed(counted(), compression);
  const place = { backup: work.id, path: work.stored };
  const { stream, digest } = measured(key ? encrypted(small, key, place) : small);
  await using to = await createPrivate(target);
  await writeAll(to, stream);
  await to.sync();
  await rm(source);
  const { bytes: storedBytes, sha256 } = digest();
  return { bytes, storedBytes, sha256 };
}
