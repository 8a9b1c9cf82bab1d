import { inject } from 'vitest';
import type { S3Store } from './s3-server.ts';

/** The store of this run; only in tests of `describe.runIf(hasStore())`. */
export function store(): S3Store {
  const found = inject('s3Store');
  if (found) return found;
  throw new Error('there is no store in this run');
}

/** Whether the tests of S3 can run: OpenStack Swift is installed. */
export function hasStore(): boolean {
  return inject('s3Store') !== null;
}

/** What the environment of a user of the store holds. */
export function storeEnvironment(
  { accessKeyId, secretAccessKey }: Pick<S3Store, 'accessKeyId' | 'secretAccessKey'> = store(),
): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}
