import type { Compression } from '../../engines/backing-up.ts';
import type { EncryptionKey } from '../key.ts';
import type { Client } from './client.ts';
import { Refused, storeError } from './store-errors.ts';
import type { Uploading } from './upload.ts';

/** A repository in a bucket, as all its parts need it. */
export interface S3Repository {
  readonly client: Client;
  /** What all keys begin with: empty, or ending with a slash. */
  readonly prefix: string;
  /** For the reader. */
  readonly display: string;
  readonly key: EncryptionKey | null;
  readonly compression: Compression;
  readonly signal: AbortSignal;
  readonly uploading: Uploading;
}

/** The same repository, until another signal ends the work. */
export function until(repository: S3Repository, signal: AbortSignal): S3Repository {
  return { ...repository, signal, client: repository.client.until(signal) };
}

/** Runs work on a store; its failures come out in the reader's words, an abort as its reason. */
export async function usingStore<T>(
  { display, signal }: S3Repository,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw error instanceof Refused ? storeError(error, display) : error;
  }
}
