import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { RestoreSource } from '../../engines/backing-up.ts';
import { JemError } from '../../errors.ts';
import { atATime } from '../at-a-time.ts';
import { backupCorrupt } from '../backup-errors.ts';
import { decrypted } from '../cipher.ts';
import { decompressed, requireDecompression } from '../compression.ts';
import type { Manifest, ManifestFile } from '../manifest.ts';
import { codeOf, storageError, usingStorage } from '../storage-errors.ts';
import { createPrivate, makeFoldersWithin, openStored, writeAll } from './durable.ts';
import { bytesOf, measured } from './hashing.ts';
import { inspectFiles } from './inspect.ts';
import { type FolderRepository, temporaryPlace } from './place.ts';
import type { TemporaryFolder } from '../../temporary-folder.ts';
import { makePrivate } from './private-folder.ts';

/** A published backup whose key was found to be right. */
interface Stored {
  readonly repository: FolderRepository;
  readonly manifest: Manifest;
  /** The backup's folder. */
  readonly folder: string;
}

/** Checks every stored file that is unchecked, then offers them for restoring. Throws `backup-corrupt`. */
export async function openSource(
  stored: Stored,
  files: 'unchecked' | 'checked',
): Promise<RestoreSource> {
  const { manifest } = stored;
  for (const { compression } of manifest.files) requireDecompression(compression, manifest.id);
  if (files === 'unchecked') await requireWhole(stored);
  const { serverVersion, facts } = manifest;
  const made: TemporaryFolder[] = [];
  let folder: Promise<string> | null = null;
  return {
    ...{ serverVersion, facts },
    files: manifest.files.map(({ content }) => content),
    open(path) {
      return Readable.from(openFile(stored, path), { objectMode: false });
    },
    folder: () => (folder ??= folderOf(stored, made)),
    async [Symbol.asyncDispose]() {
      await folder?.catch(() => null);
      for (const one of made) await one[Symbol.asyncDispose]();
    },
  };
}

/** The plain bytes of one file, checked as they are read. Throws `backup-corrupt`. */
export function openFile(stored: Stored, path: string): AsyncIterable<Buffer> {
  const { id, files } = stored.manifest;
  const file = files.find(({ content }) => content === path);
  if (!file) throw backupCorrupt(id, path, 'is in no list of its files');
  requireDecompression(file.compression, id);
  return plainBytes(stored, file);
}

async function requireWhole({ repository, manifest, folder }: Stored): Promise<void> {
  const checks = await inspectFiles(
    { id: manifest.id, folder, signal: repository.signal },
    manifest,
    () => {},
  );
  const [first, ...others] = checks.filter(({ ok }) => !ok);
  if (!first) return;
  const more = others.map(({ path, detail }) => `${path} ${detail}.`).slice(0, 5);
  throw backupCorrupt(
    manifest.id,
    first.path,
    first.detail,
    more.length === 0 ? undefined : `So are others: ${more.join(' ')}`,
  );
}

/** Where the repository has done nothing to the files, the backup's own folder is what is wanted. */
async function folderOf(stored: Stored, made: TemporaryFolder[]): Promise<string> {
  const { manifest, repository } = stored;
  if (manifest.files.every(({ path, content }) => path === content)) return stored.folder;
  const target = await makePrivate(repository.signal);
  made.push(target);
  const turn = atATime(4);
  const writes = await Promise.allSettled(
    manifest.files.map((file) => turn(() => unpack(stored, file, target.path))),
  );
  for (const write of writes) if (write.status === 'rejected') throw write.reason;
  return target.path;
}

function unpack(stored: Stored, file: ManifestFile, target: string): Promise<void> {
  return usingStorage(temporaryPlace(), stored.repository.signal, async () => {
    await makeFoldersWithin(target, file.content.split('/').slice(0, -1));
    await using to = await createPrivate(join(target, file.content));
    await writeAll(to, plainBytes(stored, file));
  });
}

/** The bytes of a file as the engine gave them; fails with errors of jem-db alone. */
async function* plainBytes(stored: Stored, file: ManifestFile): AsyncGenerator<Buffer> {
  const { repository, manifest, folder } = stored;
  const { key, signal, place } = repository;
  try {
    await using opened = await openStored(join(folder, file.path));
    const { stream, digest } = measured(bytesOf(opened, signal));
    const about = { backup: manifest.id, path: file.path };
    const small = manifest.encryption && key ? decrypted(stream, key, about) : stream;
    let bytes = 0;
    for await (const piece of decompressed(small, file.compression)) {
      bytes += piece.length;
      yield piece;
    }
    if (bytes !== file.bytes || digest().sha256 !== file.sha256)
      throw backupCorrupt(manifest.id, file.path, 'was altered while it was read');
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw readError(error, manifest.id, file.path) ?? storageError(error, place);
  }
}

/** What speaks of the file rather than of where it is stored. */
function readError(error: unknown, id: string, path: string): JemError | null {
  const code = codeOf(error);
  if (error instanceof JemError) return error;
  if (code === 'ENOENT') return backupCorrupt(id, path, 'is missing');
  // zlib's, and Node's for zstd.
  if (/^(Z_|ZSTD_|ERR_)/.test(code))
    return backupCorrupt(id, path, `cannot be decompressed (${code})`);
  return null;
}
