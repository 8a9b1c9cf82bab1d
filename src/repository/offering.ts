import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { RestoreSource } from '../engines/backing-up.ts';
import { JemError } from '../errors.ts';
import type { TemporaryFolder } from '../temporary-folder.ts';
import { atATime } from './at-a-time.ts';
import { backupCorrupt } from './backup-errors.ts';
import { decrypted } from './cipher.ts';
import { decompressed, requireDecompression } from './compression.ts';
import { createPrivate, makeFoldersWithin, writeAll } from './folder/durable.ts';
import type { EncryptionKey } from './key.ts';
import type { Manifest, ManifestFile } from './manifest.ts';
import { measured } from './measured.ts';
import { makePrivate, temporaryPlace } from './private-folder.ts';
import { codeOf, usingStorage } from './storage-errors.ts';

/** A published backup whose key was found to be right. */
export interface Offered {
  readonly manifest: Manifest;
  readonly key: EncryptionKey | null;
  readonly signal: AbortSignal;
  /** The bytes of a file as they are stored; fails as the repository's storage does. */
  stored(file: ManifestFile): AsyncIterable<Buffer>;
  /** An error of the storage in the reader's words. */
  readable(error: unknown, file: ManifestFile): unknown;
  /** A folder of the backup's own that holds its files as the engine gave them; null: none. */
  readonly own: string | null;
}

/** Offers the files of a backup for restoring; each is checked while it is read. */
export function offering(offered: Offered): RestoreSource {
  const { manifest } = offered;
  const { serverVersion, facts } = manifest;
  const made: TemporaryFolder[] = [];
  let folder: Promise<string> | null = null;
  return {
    ...{ serverVersion, facts },
    files: manifest.files.map(({ content }) => content),
    open: (path) => Readable.from(plainFile(offered, path), { objectMode: false }),
    folder: () => (folder ??= folderOf(offered, made)),
    async [Symbol.asyncDispose]() {
      await folder?.catch(() => null);
      for (const one of made) await one[Symbol.asyncDispose]();
    },
  };
}

/** The plain bytes of one file, checked as they are read. Throws `backup-corrupt`. */
export function plainFile(offered: Offered, path: string): AsyncIterable<Buffer> {
  const { id, files } = offered.manifest;
  const file = files.find(({ content }) => content === path);
  if (!file) throw backupCorrupt(id, path, 'is in no list of its files');
  requireDecompression(file.compression, id);
  return plainBytes(offered, file);
}

/** Where the repository has done nothing to the files, the backup's own folder is what is wanted. */
async function folderOf(offered: Offered, made: TemporaryFolder[]): Promise<string> {
  const { manifest, signal, own } = offered;
  if (own !== null && manifest.files.every(({ path, content }) => path === content)) return own;
  const target = await makePrivate(signal);
  made.push(target);
  const turn = atATime(4);
  let failed = false;
  const writes = await Promise.allSettled(
    manifest.files.map((file) =>
      turn(async () => {
        if (failed) return;
        await unpack(offered, file, target.path).catch((error: unknown) => {
          failed = true;
          throw error;
        });
      }),
    ),
  );
  for (const write of writes) if (write.status === 'rejected') throw write.reason;
  return target.path;
}

function unpack(offered: Offered, file: ManifestFile, target: string): Promise<void> {
  return usingStorage(temporaryPlace(), offered.signal, async () => {
    await makeFoldersWithin(target, file.content.split('/').slice(0, -1));
    await using to = await createPrivate(join(target, file.content));
    await writeAll(to, plainBytes(offered, file));
  });
}

/** The bytes of a file as the engine gave them; fails with errors of jem-db alone. */
async function* plainBytes(offered: Offered, file: ManifestFile): AsyncGenerator<Buffer> {
  const { manifest, key, signal } = offered;
  try {
    const { stream, digest } = measured(offered.stored(file));
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
    throw readError(error, manifest.id, file.path) ?? offered.readable(error, file);
  }
}

/** What speaks of the file rather than of where it is stored. */
function readError(error: unknown, id: string, path: string): JemError | null {
  const code = codeOf(error);
  if (error instanceof JemError) return error;
  // zlib's, and Node's for zstd.
  if (/^(Z_|ZSTD_|ERR_)/.test(code))
    return backupCorrupt(id, path, `cannot be decompressed (${code})`);
  return null;
}
