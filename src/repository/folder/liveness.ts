import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  beat,
  isGone,
  type Liveness,
  nameOf,
  ownLiveness,
  parseLiveness,
  silence,
} from '../../liveness.ts';
import { createPrivate, ignoring, makePrivateFolder, removeTree } from './durable.ts';

/** The file in a folder that tells who works in it. */
const sign = 'alive';

/** The end of a name: nobody works in that folder any more. */
const leftover = '.gone';

/** A folder in which this process works; disposing of it removes it and never throws. */
export interface LivingFolder extends AsyncDisposable {
  readonly path: string;
}

/**
 * Makes a folder that tells others that this process is at work in it, until it is disposed of or
 * the process ends in whatever way. Throws EEXIST.
 */
export async function makeLivingFolder(path: string): Promise<LivingFolder> {
  const text = JSON.stringify(await ownLiveness());
  await makePrivateFolder(path);
  try {
    await using file = await createPrivate(join(path, sign));
    await file.writeFile(text);
  } catch (error) {
    await removeTree(path).catch(absent);
    throw error;
  }
  const timer = setInterval(() => void giveSign(join(path, sign), text), beat);
  timer.unref();
  return {
    path,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      // What cannot be removed now is swept when this process has ended.
      await removeLiving(path).catch(absent);
    },
  };
}

/**
 * Writes the same bytes again: the time of a file is then that of its file system, which is what
 * other machines compare. Where it cannot be written, the work itself will fail and say so.
 */
async function giveSign(path: string, text: string): Promise<void> {
  const file = await open(path, 'r+').catch(absent);
  await file?.write(text, 0).catch(absent);
  await file?.close().catch(absent);
}

/** Removes such a folder; one that is removed in part must not look as if it had just been made. */
export async function removeLiving(path: string): Promise<void> {
  const hidden = isLeftover(path) ? path : `${path}${leftover}`;
  await rename(path, hidden).catch(ignoring('ENOENT'));
  await removeTree(hidden);
}

/**
 * Whether the process that worked in a folder is gone; one that cannot be seen from here is after
 * `quiet` milliseconds without a sign of life.
 */
export async function isAbandoned(folder: string, quiet = silence): Promise<boolean> {
  if (isLeftover(folder)) return true;
  return (await isGone(await readLiveness(folder))) ?? isSilent(folder, quiet);
}

/** Who it is, for the reader. */
export async function whoLivesIn(folder: string): Promise<string> {
  return nameOf(await readLiveness(folder));
}

function isLeftover(path: string): boolean {
  return path.endsWith(leftover);
}

async function readLiveness(folder: string): Promise<Liveness | null> {
  const text = await readFile(join(folder, sign), 'utf8').catch(absent);
  return text === null ? null : parseLiveness(text);
}

async function isSilent(folder: string, quiet: number): Promise<boolean> {
  const last = await timeOf(join(folder, sign));
  if (last !== null) return (await nowAt(folder)) - last > quiet;
  // Its owner has not said anything yet, or was ended before.
  const made = await timeOf(folder);
  return made !== null && Date.now() - made > quiet;
}

async function timeOf(path: string): Promise<number | null> {
  const found = await stat(path).catch(absent);
  return found?.mtimeMs ?? null;
}

/** What time the file system of a folder has: on a network it is not this machine's. */
async function nowAt(folder: string): Promise<number> {
  const probe = join(folder, `clock.${randomBytes(6).toString('hex')}`);
  try {
    await writeFile(probe, '', { flag: 'wx', mode: 0o600 });
    return (await timeOf(probe)) ?? Date.now();
  } catch {
    return Date.now();
  } finally {
    await rm(probe, { force: true }).catch(absent);
  }
}

function absent(): null {
  return null;
}
