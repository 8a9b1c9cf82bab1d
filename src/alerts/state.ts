import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** What is remembered of a job from its first failure until it is well again. */
export interface Failing {
  /** ISO 8601, UTC. */
  readonly since: string;
  readonly failures: number;
  /** How bad it was the last time, where it was told; else 0. */
  readonly level: number;
}

/** Where it is remembered: the first place that can be written. */
export interface Places {
  /** With the backups, so that any machine that makes them knows; only where the folder is there. */
  readonly backups: string;
  /** This user's own folder for such things, made where it is not there. */
  readonly state: string;
}

const folderName = '.alerts';

/** What is remembered of the job; null: it was well the last time. */
export async function readFailing(places: Places, job: string): Promise<Failing | null> {
  for (const file of filesOf(places, job)) {
    const text = await readFile(file, 'utf8').catch(() => null);
    const found = text === null ? null : parsed(text);
    if (found) return found;
  }
  return null;
}

/** Remembers that it failed. Throws the system's error where no place can be written. */
export async function writeFailing(places: Places, job: string, failing: Failing): Promise<void> {
  const [beside, own] = filesOf(places, job);
  try {
    await mkdir(join(places.backups, folderName), { mode: 0o700 }).catch(unlessThere);
    await write(beside, failing);
  } catch {
    await mkdir(join(places.state, folderName), { recursive: true, mode: 0o700 });
    await write(own, failing);
  }
}

/** Forgets it. Throws the system's error where it cannot. */
export async function clearFailing(places: Places, job: string): Promise<void> {
  for (const file of filesOf(places, job)) await rm(file, { force: true });
}

function filesOf({ backups, state }: Places, job: string): readonly [string, string] {
  const name = `${createHash('sha256').update(job).digest('hex').slice(0, 16)}.json`;
  return [join(backups, folderName, name), join(state, folderName, name)];
}

function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

async function write(file: string, failing: Failing): Promise<void> {
  const partial = `${file}.partial`;
  const handle = await open(partial, 'w', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(failing)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(partial, file);
}

/** A file that holds something else counts as none. */
function parsed(text: string): Failing | null {
  try {
    const found: unknown = JSON.parse(text);
    return isFailing(found) ? { ...found, level: found.level ?? 0 } : null;
  } catch {
    return null;
  }
}

function isFailing(value: unknown): value is Omit<Failing, 'level'> & { level?: number } {
  if (typeof value !== 'object' || value === null) return false;
  return (
    'since' in value &&
    typeof value.since === 'string' &&
    'failures' in value &&
    typeof value.failures === 'number' &&
    (!('level' in value) || typeof value.level === 'number')
  );
}
