import { lstat, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Packed, packing, type Packing } from '../packing.ts';
import { usingStorage } from '../storage-errors.ts';
import { type FileStage, stageOf } from '../taking.ts';
import { createPrivate, makeFoldersWithin, openStored, writeAll } from './durable.ts';
import { bytesOf, digestOf } from './hashing.ts';
import type { FolderRepository } from './place.ts';

interface StageFolders {
  readonly id: string;
  /** Where the engine puts its files. */
  readonly from: string;
  /** Where the backup grows. */
  readonly to: string;
}

/** Takes files into a growing backup; each lasts on the disk when it is taken. */
export function openStage(repository: FolderRepository, { id, from, to }: StageFolders): FileStage {
  const { key, compression, signal, place } = repository;

  async function write(bytes: AsyncIterable<Buffer>, how: Packing): Promise<Packed> {
    const { stream, packed } = packing(bytes, how);
    const path = join(to, how.stored);
    await using target = await createPrivate(path);
    try {
      await writeAll(target, stream);
      await target.sync();
      return packed();
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
  }

  const storing = (how: Packing, work: () => Promise<Packed>): Promise<Packed> =>
    usingStorage(place, signal, async () => {
      signal.throwIfAborted();
      await makeFoldersWithin(to, how.stored.split('/').slice(0, -1));
      return work();
    });

  return stageOf({
    // More files at once would only wait for the same disk.
    ...{ id, folder: from, key, compression, signal, most: 4 },
    take: (path, how) =>
      storing(how, async () => {
        const source = join(from, path);
        if (!(await lstat(source)).isFile()) throw new Error(`${path} is no file`);
        if (how.stored === path) return moved(source, join(to, path), signal);
        await using file = await openStored(source);
        const packed = await write(bytesOf(file, signal), how);
        await rm(source);
        return packed;
      }),
    put: (bytes, how) => storing(how, () => write(bytes, how)),
  });
}

/** Nothing has to be done to it: it stays where it lies on the disk. */
async function moved(source: string, target: string, signal: AbortSignal): Promise<Packed> {
  await using file = await openStored(source);
  await file.chmod(0o600);
  const { bytes, sha256 } = await digestOf(file, signal);
  await file.sync();
  await rename(source, target);
  return { bytes, storedBytes: bytes, sha256 };
}
