import { createWriteStream } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { isAbsolute, join, normalize } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { JemError } from '../../../errors.ts';
import type { RestoreSource } from '../../backing-up.ts';
import { requireReadable, tarOf } from './decompress.ts';
import { type BaseArchive, baseFactsOf } from './facts.ts';
import { manifestFile } from './stream.ts';
import { untar } from './untar.ts';

export interface UnpackOptions {
  /** Where a tablespace goes, absolute; it is there and empty. */
  readonly placeOf: (tablespace: Tablespace) => string;
  readonly signal: AbortSignal;
  /** Told how many bytes were unpacked. */
  readonly onBytes: (bytes: number) => void;
}

export interface Tablespace {
  readonly oid: string;
  /** Where it was. */
  readonly location: string;
}

/** The tablespaces of a backup that lie outside of its data folder. */
export function tablespacesOf({ facts }: Pick<RestoreSource, 'facts'>): readonly Tablespace[] {
  return baseFactsOf(facts).archives.flatMap(({ oid, location }) =>
    oid !== null && location !== null && isAbsolute(location) ? [{ oid, location }] : [],
  );
}

/**
 * Unpacks a base backup, whole or incremental, into a folder that is there and empty, with links to
 * its tablespaces, and its manifest. Nothing is made to last, and nobody's but the caller's. Throws
 * `backup-corrupt`, `tool-missing`.
 */
export async function unpackBackup(
  source: RestoreSource,
  folder: string,
  { placeOf, signal, onBytes }: UnpackOptions,
): Promise<void> {
  const { archives, compression } = baseFactsOf(source.facts);
  requireReadable(compression);
  // The data folder first: it holds the folder of the links.
  const ordered = archives.toSorted((a, b) => Number(a.oid !== null) - Number(b.oid !== null));
  for (const archive of ordered) {
    signal.throwIfAborted();
    const into = await folderFor(archive, folder, placeOf);
    const tar = tarOf(source.open(archive.file), compression);
    await untar(abortable(tar, signal), into, onBytes).catch(unlessZlib(archive.file));
  }
  const file = createWriteStream(join(folder, manifestFile), { flags: 'wx', mode: 0o600 });
  await pipeline(source.open(manifestFile), file, { signal });
}

async function* abortable(
  source: AsyncIterable<Buffer>,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  for await (const piece of source) {
    signal.throwIfAborted();
    yield piece;
  }
}

async function folderFor(
  { oid, location }: BaseArchive,
  folder: string,
  placeOf: UnpackOptions['placeOf'],
): Promise<string> {
  if (oid === null || location === null) return folder;
  if (!isAbsolute(location)) {
    const inside = normalize(location);
    if (inside !== `pg_tblspc/${oid}`) throw strange(location);
    await mkdir(join(folder, inside), { recursive: true, mode: 0o700 });
    return join(folder, inside);
  }
  const place = placeOf({ oid, location });
  await symlink(place, join(folder, 'pg_tblspc', oid));
  return place;
}

function strange(location: string): JemError {
  return new JemError('backup-corrupt', 'The manifest names a tablespace within the data folder', {
    why: `It is ${JSON.stringify(location)}: no server makes one there.`,
    hint: 'Restore another backup: jem-db backup list',
  });
}

function unlessZlib(file: string): (error: unknown) => never {
  return (error) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!/^(Z_|ZSTD_)/.test(code)) throw error;
    throw new JemError('backup-corrupt', `${file} cannot be decompressed (${code})`, {
      why: 'It is as it was stored: what the server sent was not whole, or somebody else made it.',
      hint: 'Restore another backup: jem-db backup list',
    });
  };
}
