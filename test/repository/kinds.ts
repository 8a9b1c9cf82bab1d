import { join } from 'node:path';
import type { Repository } from '../../src/repository/contract.ts';
import { temporaryFolder } from '../support/folders.ts';
import { hasStore } from '../support/s3.ts';
import { newPlace, openInStore } from './bucket.ts';
import { key, open } from './making.ts';

/** A repository that does not exist yet; gone when disposed of. */
export interface Opened extends AsyncDisposable {
  readonly repository: Repository;
  /** The same place, opened again as another process would. */
  again(options?: Parameters<typeof open>[1]): Promise<Repository>;
}

export interface RepositoryKind {
  readonly name: string;
  make(): Promise<Opened>;
}

function inFolder(options: Parameters<typeof open>[1]): () => Promise<Opened> {
  return async () => {
    const folder = await temporaryFolder();
    const location = join(folder.path, 'backups');
    return {
      repository: open(location, options),
      again: async (other = options) => open(location, other),
      [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
    };
  };
}

function inBucket(options: Parameters<typeof open>[1]): () => Promise<Opened> {
  return async () => {
    const location = await newPlace();
    return {
      repository: await openInStore(location, options),
      again: (other = options) => openInStore(location, other),
      async [Symbol.asyncDispose]() {},
    };
  };
}

/** Every kind of repository; what holds of one holds of all. */
export const kinds: readonly RepositoryKind[] = [
  { name: 'a folder', make: inFolder({}) },
  { name: 'an encrypted folder', make: inFolder({ key }) },
  {
    name: 'a folder without compression',
    make: inFolder({ compression: { method: 'none', level: null } }),
  },
  ...(hasStore()
    ? [
        { name: 'a bucket', make: inBucket({}) },
        { name: 'an encrypted place in a bucket', make: inBucket({ key }) },
      ]
    : []),
];
