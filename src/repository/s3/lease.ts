import { beat, isGone, nameOf, ownLiveness, parseLiveness, silence } from '../../liveness.ts';
import type { Client } from './client.ts';
import { type Work, workOf, workPrefix } from './names.ts';
import { get, isObject, list, put, remove } from './objects.ts';
import type { S3Repository } from './place.ts';

/** Milliseconds that ending a lease may take. */
const tidying = 10_000;

/**
 * An object that tells others that this process is at work, and is written again and again: its
 * time is that of the store's clock. Disposing of it removes it and never throws.
 */
export interface Lease extends AsyncDisposable {
  readonly key: string;
  /** Whether somebody has taken this process for gone, and removed it. */
  readonly lost: () => boolean;
}

/** Tells that this process is at work, until it is disposed of or the process ends. */
export async function takeLease(client: Client, key: string): Promise<Lease> {
  const body = [Buffer.from(JSON.stringify(await ownLiveness()))];
  await put(client, key, body);
  let lost = false;
  let giving = Promise.resolve();
  const timer = setInterval(() => {
    giving = giving.then(async () => {
      // A store that fails now fails the work itself, which says so.
      const there = await isObject(client, key).catch(() => null);
      if (there === false) lost = true;
      else if (there && !lost) await put(client, key, body).catch(() => {});
    });
  }, beat);
  timer.unref();
  return {
    key,
    lost: () => lost,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await giving;
      await remove(client.until(AbortSignal.timeout(tidying)), [key]).catch(() => {});
    },
  };
}

/** A work as the store tells of it. */
export interface Told extends Work {
  /** Milliseconds since its last sign of life, by the store's clock. */
  readonly silentFor: number;
}

/** All works that the store tells of, or those on one backup. */
export async function works(repository: S3Repository, id?: string): Promise<readonly Told[]> {
  const { objects, now } = await list(repository.client, workPrefix(repository, id));
  return objects.flatMap(({ key, changedAt }) => {
    const work = workOf(repository, key);
    return work ? [{ ...work, silentFor: now - changedAt }] : [];
  });
}

/** Whether the process behind a work is gone; false where that cannot be told. */
export async function isAbandoned({ client }: S3Repository, told: Told): Promise<boolean> {
  const text = await get(client, told.key);
  // Its owner has ended it meanwhile.
  if (text === null) return false;
  return (await isGone(parseLiveness(text.toString('utf8')))) ?? told.silentFor > silence;
}

/** Who works there, for the reader. */
export async function whoWorks({ client }: S3Repository, { key }: Work): Promise<string> {
  const text = await get(client, key);
  return nameOf(text && parseLiveness(text.toString('utf8')));
}

/** See `Repository.underway`. */
export async function underway(repository: S3Repository): Promise<readonly string[]> {
  const ids = new Set<string>();
  for (const told of await works(repository))
    if (told.kind === 'partial' && !(await isAbandoned(repository, told))) ids.add(told.id);
  return [...ids].toSorted();
}
