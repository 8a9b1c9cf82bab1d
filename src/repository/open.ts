import { resolve } from 'node:path';
import type { Compression } from '../engines/backing-up.ts';
import { JemError } from '../errors.ts';
import { defaultCompression } from './compression.ts';
import type { Repository } from './contract.ts';
import { folderRepository } from './folder/repository.ts';
import type { EncryptionKey } from './key.ts';

export interface RepositoryOptions {
  /** A folder; its first backup makes it where only it is missing. */
  readonly location: string;
  /** Null: nothing is encrypted, and what is encrypted can be listed and checked, not restored. */
  readonly key: EncryptionKey | null;
  /** How the repository compresses what no engine has; null: as well as this Node.js can. */
  readonly compression: Compression | null;
  readonly signal: AbortSignal;
}

/** Opens the repository in a folder; reads and writes nothing yet. Throws `bad-setting`. */
export function openRepository(options: RepositoryOptions): Repository {
  const { location, key, signal } = options;
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(location))
    throw new JemError('bad-setting', `Backups cannot be kept at ${location}`, {
      why: 'Only a folder or a bucket is a repository.',
      hint: 'Name a folder, or s3://BUCKET/PREFIX.',
    });
  return folderRepository({
    folder: resolve(location),
    place: {
      name: location,
      room: 'Free some space, or keep fewer backups: jem-db backup prune',
    },
    key,
    compression: options.compression ?? defaultCompression(),
    signal,
  });
}
