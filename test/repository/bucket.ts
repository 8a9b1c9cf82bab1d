import { randomBytes } from 'node:crypto';
import { endpointOf } from '../../src/repository/s3/address.ts';
import { type Client, openClient } from '../../src/repository/s3/client.ts';
import { list } from '../../src/repository/s3/objects.ts';
import type { Repository } from '../../src/repository/contract.ts';
import { openS3Repository } from '../../src/repository/s3/open.ts';
import { isRefusal } from '../../src/repository/s3/store-errors.ts';
import { store, storeEnvironment } from '../support/s3.ts';
import type { open } from './making.ts';

/** A place in the store of this run, opened as `open` does a folder. */
export function openInStore(
  location: string,
  options: Parameters<typeof open>[1] & {
    readonly endpoint?: string;
    readonly region?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly patience?: number;
  } = {},
): Promise<Repository> {
  const { endpoint, region, env, patience } = options;
  return openS3Repository({
    location,
    settings: {
      endpoint: endpoint ?? store().endpoint,
      region: region ?? null,
      pathStyle: null,
    },
    ...{ env: env ?? storeEnvironment(), home: '/nonexistent' },
    ...(patience !== undefined && { patience }),
    key: options.key ?? null,
    compression: options.compression ?? { method: 'gzip', level: null },
    signal: options.signal ?? new AbortController().signal,
  });
}

/** One bucket of the run's store, past the repository: to look into it, and to damage it. */
export function bucketClient(bucket = 'backups'): Client {
  const { endpoint, accessKeyId, secretAccessKey } = store();
  return openClient({
    endpoint: endpointOf(bucket, { endpoint, region: null, pathStyle: null }),
    display: `s3://${bucket}`,
    credentials: async () => ({
      accessKeyId,
      secretAccessKey,
      sessionToken: null,
      expiresAt: null,
    }),
    signal: new AbortController().signal,
    patience: 10_000,
  });
}

/** Makes a bucket, also one that is there. */
export async function makeBucket(bucket: string): Promise<void> {
  await bucketClient(bucket)
    .text({ method: 'PUT', key: '' })
    .catch((error: unknown) => {
      if (!isRefusal(error, 409)) throw error;
    });
}

/** A place in the bucket of the tests where nothing is yet. */
export async function newPlace(): Promise<string> {
  await makeBucket('backups');
  return `s3://backups/${randomBytes(6).toString('hex')}/shop`;
}

/** The part of a place that its keys begin with. */
export function prefixOf(place: string): string {
  return `${place.split('/').slice(3).join('/')}/`;
}

/** Keys of all that lies at a place, without what they all begin with. */
export async function keysAt(place: string): Promise<readonly string[]> {
  const { objects } = await list(bucketClient(), prefixOf(place));
  return objects.map(({ key }) => key.slice(prefixOf(place).length));
}
