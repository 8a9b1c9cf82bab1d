import type { StoredWal, WalArchive } from '../contract.ts';
import { plainWal } from '../wal-content.ts';
import {
  isIdentifier,
  isWalGroup,
  parseWalFileName,
  requireIdentifier,
  walFolder,
  walGroup,
} from '../wal-files.ts';
import { type Listed, isAny, list, read, remove } from './objects.ts';
import { type S3Repository, usingStore } from './place.ts';
import { isRefusal, Refused, storeError } from './store-errors.ts';
import { groupPrefix, type S3Wal, storeWal } from './wal-store.ts';

/** See `Repository.wal`. Throws `bad-setting` where that is no identifier. */
export function s3Wal(repository: S3Repository, systemIdentifier: string): WalArchive {
  requireIdentifier(systemIdentifier);
  const { client, display, prefix } = repository;
  const below = `${walFolder}/${systemIdentifier}`;
  const wal: S3Wal = { repository, systemIdentifier, prefix: `${prefix}${below}/` };
  const store = <T>(work: () => Promise<T>): Promise<T> => usingStore(repository, work);
  return {
    display: `${display}/${below}`,
    exists: () => store(() => isAny(client, wal.prefix)),
    put: (content) => store(() => storeWal(wal, content, 'once')),
    replace: (content) => store(() => storeWal(wal, content, 'replacing')),
    find: (name) =>
      store(async () => {
        const { objects } = await list(client, `${groupPrefix(wal, name)}${name.name}-`);
        return objects.flatMap((one) => storedOf(wal, one) ?? []);
      }),
    content: (stored) => plainBytes(wal, stored),
    list: () =>
      store(async () => {
        const { objects } = await list(client, wal.prefix);
        const stored = objects.flatMap((one) => storedOf(wal, one) ?? []);
        return stored.toSorted((one, other) => (one.file < other.file ? -1 : 1));
      }),
    remove: (stored) =>
      store(() =>
        remove(
          client,
          stored.map(({ name, file }) => groupPrefix(wal, name) + file),
        ),
      ),
  };
}

/** See `Repository.walClusters`. */
export async function walClusters({ client, prefix }: S3Repository): Promise<readonly string[]> {
  const below = `${prefix}${walFolder}/`;
  const { folders } = await list(client, below, '/');
  return folders
    .map((folder) => folder.slice(below.length, -1))
    .filter(isIdentifier)
    .toSorted();
}

/** Null where an object is none of the archive's files. */
function storedOf({ prefix }: S3Wal, { key, bytes, changedAt }: Listed): StoredWal | null {
  const [group = '', file = ''] = key.slice(prefix.length).split('/');
  const found = parseWalFileName(file);
  if (!found || !isWalGroup(group) || walGroup(found.name) !== group) return null;
  const { name, sha256 } = found;
  return { name, sha256, file, storedBytes: bytes, storedAt: new Date(changedAt).toISOString() };
}

function plainBytes(wal: S3Wal, stored: StoredWal): AsyncIterable<Buffer> {
  const { repository, systemIdentifier } = wal;
  const { client, key, signal, display } = repository;
  const group = walGroup(stored.name);
  return plainWal(stored, {
    ...{ systemIdentifier, key, signal },
    shown: `${display}/${walFolder}/${systemIdentifier}/${group}`,
    bytes: () => read(client, groupPrefix(wal, stored.name) + stored.file),
    damage: (error) => (isRefusal(error, 412) ? 'was replaced while it was read' : null),
    readable: (error) => (error instanceof Refused ? storeError(error, display) : error),
  });
}
