import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { loadWalFormat } from '../../engines/wal-registry.ts';
import { JemError } from '../../errors.ts';
import type { Repository, StoredWal, WalArchive } from '../../repository/contract.ts';
import { walAmbiguous } from '../../repository/wal-errors.ts';
import { parseWalName, type WalName } from '../../wal-names.ts';
import { arrive } from './arrive.ts';

export interface FetchResult {
  readonly file: string;
  readonly found: boolean;
  /** The stored file was still growing when it was stored. */
  readonly partial: boolean;
  readonly systemIdentifier: string;
  /** For the reader. */
  readonly archive: string;
}

export interface FetchOptions {
  readonly file: string;
  /** Absolute. */
  readonly to: string;
  readonly dataFolder: string;
  /** Null: that of the data folder. */
  readonly systemIdentifier: string | null;
  /** Also hand out a segment that was still being streamed when it was stored. */
  readonly partial: boolean;
  readonly signal: AbortSignal;
}

/**
 * Writes a file of the log where the server wants it, whole and checked or not at all. That it is
 * not there is an answer; that the archive is not there, or not readable, is an error.
 */
export async function fetchWal(
  repository: Repository,
  options: FetchOptions,
): Promise<FetchResult> {
  const { file, to } = options;
  const name = parseWalName(file);
  const systemIdentifier = await clusterOf(options);
  const archive = repository.wal(systemIdentifier);
  if (!(await archive.exists())) throw archiveMissing(archive);
  const told = { file, systemIdentifier, archive: archive.display };
  const [stored, partial] = name ? await choose(archive, name, options.partial) : [null, false];
  if (stored === null) return { ...told, found: false, partial: false };
  const growing = `${to}.jem-db.partial`;
  try {
    await arrive(growing, archive.content(stored), options.signal);
    await rename(growing, to);
  } catch (error) {
    await rm(growing, { force: true });
    throw error instanceof JemError ? error : unwritable(to, error);
  }
  return { ...told, found: true, partial };
}

async function clusterOf({ dataFolder, systemIdentifier }: FetchOptions): Promise<string> {
  if (systemIdentifier !== null) return systemIdentifier;
  const format = await loadWalFormat();
  return format.systemIdentifier(dataFolder);
}

async function choose(
  archive: WalArchive,
  name: WalName,
  alsoPartial: boolean,
): Promise<readonly [StoredWal | null, boolean]> {
  const [stored, ...others] = await archive.find(name);
  if (others.some(({ sha256 }) => sha256 !== stored?.sha256))
    throw walAmbiguous(name.name, archive.display);
  if (stored) return [stored, false];
  const grown =
    alsoPartial && name.kind === 'segment' ? parseWalName(`${name.name}.partial`) : null;
  const partial = grown ? await longest(archive, await archive.find(grown)) : null;
  return [partial, partial !== null];
}

/** Of a segment that grew, a run that was killed may have left the shorter one beside the longer. */
async function longest(
  archive: WalArchive,
  found: readonly StoredWal[],
): Promise<StoredWal | null> {
  const [only, ...others] = found;
  if (only === undefined || others.length === 0) return only ?? null;
  let best = { stored: only, end: -1 };
  for (const stored of found) {
    const end = await endOf(archive.content(stored));
    if (end > best.end) best = { stored, end };
  }
  return best.stored;
}

/** Where the last byte that is not zero stands: the rest of a segment was not written yet. */
async function endOf(content: AsyncIterable<Buffer>): Promise<number> {
  let [at, end] = [0, 0];
  for await (const piece of content) {
    const last = piece.findLastIndex((byte) => byte !== 0);
    if (last >= 0) end = at + last + 1;
    at += piece.length;
  }
  return end;
}

function archiveMissing(archive: WalArchive): JemError {
  return new JemError('wal-missing', `There is no archive ${archive.display}`, {
    why: 'No log of this cluster was ever stored there, or its disk is not mounted.',
    hint: 'Check --backups and the mount. Recovery stops here, since it would else end too early.',
  });
}

function unwritable(path: string, cause: unknown): unknown {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === undefined) return cause;
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  return new JemError(
    full ? 'disk-full' : 'file-unwritable',
    full ? `The disk of ${dirname(path)} is full` : `Cannot write ${path} (${code})`,
    { hint: 'Recovery stops here; start the server again when that is mended.', cause },
  );
}
