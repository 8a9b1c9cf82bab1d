import { randomBytes } from 'node:crypto';
import type { WalName } from '../../wal-names.ts';
import { requireCompression } from '../compression.ts';
import type { WalContent } from '../contract.ts';
import { packedWal } from '../wal-content.ts';
import { walConflict } from '../wal-errors.ts';
import {
  growingName,
  parseGrowingName,
  parseWalFileName,
  walFileName,
  type WalFileName,
  walGroup,
} from '../wal-files.ts';
import { list, put, remove } from './objects.ts';
import type { S3Repository } from './place.ts';
import { upload } from './upload.ts';

/** The archive of one cluster in a bucket. */
export interface S3Wal {
  readonly repository: S3Repository;
  readonly systemIdentifier: string;
  /** What the keys of all its objects begin with. */
  readonly prefix: string;
}

type Mode = 'once' | 'replacing';

/** What the keys of files of one part of the archive begin with; see `walGroup`. */
export function groupPrefix({ prefix }: Pick<S3Wal, 'prefix'>, name: WalName): string {
  return `${prefix}${walGroup(name)}/`;
}

/**
 * Stores a file; see `WalArchive.put`. Who stores says so first, by an object whose key has the
 * hash, and looks for others then: a store lists at once what was written before (S3 has since
 * 2020), so that of two with different content the later sees the earlier, and neither appears
 * where both see each other. It needs no conditional writes, which not every store has.
 */
export async function storeWal(
  wal: S3Wal,
  content: WalContent,
  mode: Mode,
): Promise<'stored' | 'there'> {
  const { client, key, compression, uploading } = wal.repository;
  const group = groupPrefix(wal, content.name);
  const before = await seen(wal, content.name);
  // What was emptied is stored again.
  if (before.some((one) => one.isStored && one.bytes > 0 && one.sha256 === content.sha256))
    return 'there';
  if (mode === 'once') refuseOther(wal, content, before);
  requireCompression(compression);
  const growing = group + growingName(content, randomBytes(4).toString('hex'));
  await put(client, growing, []);
  try {
    if (mode === 'once') refuseOther(wal, content, await seen(wal, content.name));
    const file = walFileName(content, compression.method, key !== null);
    const packed = packedWal({ ...wal, key, compression }, content, file);
    await upload(client, group + file, packed, uploading);
  } catch (error) {
    await remove(client, [growing]).catch(() => {});
    throw error;
  }
  const after = await seen(wal, content.name);
  await remove(
    client,
    after.filter((one) => isLeft(one, content, mode)).map((one) => one.key),
  );
  return 'stored';
}

interface Seen extends Pick<WalFileName, 'name' | 'sha256'> {
  readonly key: string;
  readonly bytes: number;
  /** False: it is being stored. */
  readonly isStored: boolean;
}

/** What is stored under a name, and what is being stored. */
async function seen(wal: S3Wal, name: WalName): Promise<readonly Seen[]> {
  const { client } = wal.repository;
  const group = groupPrefix(wal, name);
  const listings = await Promise.all(
    ['', '.'].map((dot) => list(client, `${group}${dot}${name.name}-`)),
  );
  return listings.flatMap(({ objects }) =>
    objects.flatMap(({ key, bytes }) => {
      const file = key.slice(group.length);
      const stored = parseWalFileName(file);
      const found = stored ?? parseGrowingName(file);
      return found ? [{ ...found, key, bytes, isStored: stored !== null }] : [];
    }),
  );
}

function refuseOther(wal: S3Wal, { name, sha256 }: WalContent, all: readonly Seen[]): void {
  const other = all.find((one) => one.sha256 !== sha256);
  if (!other) return;
  const { display, prefix } = wal.repository;
  const place = `${display}/${groupPrefix(wal, name).slice(prefix.length)}`;
  throw walConflict(name.name, place, other.isStored ? 'is stored' : 'is being stored');
}

/** What killed runs, or others with the same content, have left, or what has grown since. */
function isLeft(one: Seen, { sha256 }: WalContent, mode: Mode): boolean {
  const isSame = one.sha256 === sha256;
  return one.isStored ? !isSame && mode === 'replacing' : isSame || mode === 'replacing';
}
