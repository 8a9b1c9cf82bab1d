import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { loadWalFormat } from '../../engines/wal-registry.ts';
import { JemError } from '../../errors.ts';
import type { StoredWal, WalArchive } from '../../repository/contract.ts';
import { lockIn } from '../../repository/folder/lock.ts';
import { sweepFolder } from '../../repository/folder/sweep.ts';
import { parseWalName, type WalName } from '../../wal-names.ts';
import { arrive } from './arrive.ts';
import { hashedFile } from './content.ts';
import { storeGrowing } from './growth.ts';

/** Where a stream arrives, before it is archived. */
export interface Spool {
  readonly folder: string;
  /**
   * Archives what is finished, and removes it here; the newest stays, for the stream to go on
   * behind it. Returns the names.
   */
  ship(): Promise<readonly string[]>;
  /** Archives what there is of the segment that is being filled; null: there is nothing new. */
  shipPartial(): Promise<string | null>;
}

/** Milliseconds without a sign of life after which a receiver that cannot be seen is gone. */
const quiet = 2 * 60_000;

/**
 * Keeps a spool folder for this process; what killed ones have left there goes. Throws
 * `wal-receiver-busy`.
 */
export async function lockSpool(folder: string, signal: AbortSignal): Promise<AsyncDisposable> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await sweepFolder(folder);
  const lock = await lockIn(folder, { quiet, signal });
  if (typeof lock !== 'string') return lock;
  throw new JemError('wal-receiver-busy', `Another receiver is at work in ${folder}`, {
    why: `It is ${lock}. Two would write into the same files.`,
    hint: 'End that one; or give this one a folder and a slot of its own: --spool DIR --slot NAME',
  });
}

/**
 * Opens a spool folder; an empty one gets the last archived segment, so that the stream goes on
 * where the archive ends.
 */
export async function openSpool(
  archive: WalArchive,
  folder: string,
  signal: AbortSignal,
): Promise<Spool> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await namesIn(folder)).length === 0) await seed(archive, folder, signal);
  let copied = '';
  // What has come is archived also after the stream was stopped.
  const shipping = new AbortController().signal;
  return {
    folder,
    async ship() {
      const finished = (await namesIn(folder)).filter(({ kind }) => kind !== 'partial');
      const newest = finished.findLast(({ kind }) => kind === 'segment');
      const shipped: string[] = [];
      for (const name of finished) {
        const file = await hashedFile(join(folder, name.name), name, shipping);
        if ((await archive.put(file)) === 'stored') shipped.push(name.name);
        if (name.kind !== 'segment') continue;
        await removePartial(archive, name);
        if (name !== newest) await rm(join(folder, name.name));
      }
      return shipped;
    },
    async shipPartial() {
      const partials = (await namesIn(folder)).filter(({ kind }) => kind === 'partial');
      const current = partials.pop();
      // A timeline that was left stays unfinished.
      for (const name of partials) {
        await copyPartial(archive, folder, name, '');
        await rm(join(folder, name.name));
      }
      const stored = current ? await copyPartial(archive, folder, current, copied) : null;
      copied = stored ?? copied;
      return stored === null ? null : (current?.name ?? null);
    },
  };
}

/**
 * Returns the hash of what is stored now; null: nothing is there yet, or what was `copied` before.
 * Another receiver may store the same segment: what it has more of stays.
 */
async function copyPartial(
  archive: WalArchive,
  folder: string,
  name: WalName,
  copied: string,
): Promise<string | null> {
  const bytes = await readIfThere(join(folder, name.name));
  if (!bytes || (await isEmpty(bytes))) return null;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 === copied || (await isWhole(archive, name))) return null;
  const file = { name, sha256, content: () => once(bytes) };
  const stored = await archive.find(name);
  const isOurs = stored.length > 0 && stored.every((one) => one.sha256 === copied);
  const kept = isOurs ? 'differs' : await storeGrowing(archive, file);
  if (kept === 'differs') await archive.replace(file);
  return sha256;
}

async function isWhole(archive: WalArchive, partial: WalName): Promise<boolean> {
  const name = parseWalName(partial.name.replace(/\.partial$/, ''));
  return name !== null && (await archive.find(name)).length > 0;
}

/** Sorted, so that timelines and segments come as they were written. */
async function namesIn(folder: string): Promise<readonly WalName[]> {
  const names = (await readdir(folder)).map(parseWalName).filter((name) => name !== null);
  return names.toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

async function seed(archive: WalArchive, folder: string, signal: AbortSignal): Promise<void> {
  const stored = (await archive.exists()) ? await archive.list() : [];
  const last: StoredWal | undefined = stored.findLast(({ name }) => name.kind === 'segment');
  if (!last) return;
  const growing = join(folder, `.${last.name.name}.partial`);
  await arrive(growing, archive.content(last), signal);
  await rename(growing, join(folder, last.name.name));
}

/** The whole segment is there now. */
async function removePartial(archive: WalArchive, { name }: WalName): Promise<void> {
  const partial = parseWalName(`${name}.partial`);
  const stored = partial ? await archive.find(partial) : [];
  if (stored.length > 0) await archive.remove(stored);
}

/** It may have been finished, and renamed, just now. */
async function readIfThere(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** The file is made before its first page comes. */
async function isEmpty(bytes: Buffer): Promise<boolean> {
  return (await loadWalFormat()).segmentBytes(bytes) === null;
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
