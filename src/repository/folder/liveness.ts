import { randomBytes } from 'node:crypto';
import { open, readFile, readlink, rename, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createPrivate, ignoring, makePrivateFolder, removeTree } from './durable.ts';

/** Who is at work: what tells one process from all others, on this machine and elsewhere. */
interface Liveness {
  readonly pid: number;
  /** In clock ticks since the boot; null where the system does not tell. */
  readonly startTime: string | null;
  readonly bootId: string | null;
  readonly pidNamespace: string | null;
  readonly host: string;
  /** ISO 8601, UTC. */
  readonly since: string;
}

/** Milliseconds between the signs of life. */
const beat = 30_000;
/** Milliseconds without a sign after which a process that cannot be seen is gone. */
const silence = 15 * 60_000;

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

/** Whether the process that worked in a folder is gone; false where that cannot be told. */
export async function isAbandoned(folder: string): Promise<boolean> {
  if (isLeftover(folder)) return true;
  const [other, own] = [await readLiveness(folder), await ownLiveness()];
  if (other && own.bootId !== null && own.startTime !== null && isNeighbour(other, own))
    return (await startTimeOf(other.pid)) !== other.startTime;
  return isSilent(folder);
}

/** Who it is, for the reader. */
export async function whoLivesIn(folder: string): Promise<string> {
  const other = await readLiveness(folder);
  return other ? `process ${other.pid} on ${other.host}, since ${other.since}` : 'another process';
}

function isLeftover(path: string): boolean {
  return path.endsWith(leftover);
}

function isNeighbour(other: Liveness, own: Liveness): boolean {
  return other.bootId === own.bootId && other.pidNamespace === own.pidNamespace;
}

async function ownLiveness(): Promise<Liveness> {
  return {
    pid: process.pid,
    startTime: await startTimeOf(process.pid),
    bootId: await readFile('/proc/sys/kernel/random/boot_id', 'utf8').then(trimmed, absent),
    pidNamespace: await readlink('/proc/self/ns/pid').catch(absent),
    host: hostname(),
    since: new Date().toISOString(),
  };
}

/** Null where there is no such process, or only what is left of one. */
async function startTimeOf(pid: number): Promise<string | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(absent);
  // A program's name may hold anything, also parentheses.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields === undefined || fields[0] === 'Z' || fields[0] === 'X' ? null : fields[19]!;
}

async function readLiveness(folder: string): Promise<Liveness | null> {
  try {
    return JSON.parse(await readFile(join(folder, sign), 'utf8')) as Liveness;
  } catch {
    return null;
  }
}

async function isSilent(folder: string): Promise<boolean> {
  const last = await timeOf(join(folder, sign));
  if (last !== null) return (await nowAt(folder)) - last > silence;
  // Its owner has not said anything yet, or was ended before.
  const made = await timeOf(folder);
  return made !== null && Date.now() - made > silence;
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

function trimmed(text: string): string {
  return text.trim();
}

function absent(): null {
  return null;
}
