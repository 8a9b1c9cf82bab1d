import { readdirSync, rmSync } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { JemError } from '../../../errors.ts';
import type { RestoreOptions, LogicalSource } from '../../backing-up.ts';
import { ownership } from '../file-facts.ts';
import { databaseFile } from './backup.ts';

type Arriving = Pick<RestoreOptions, 'signal' | 'onProgress'>;

/** A restored database under a name of its own; disposing removes it where it was not renamed. */
export interface PartialFile extends AsyncDisposable {
  readonly path: string;
}

/**
 * Writes the database of a backup beside `file`, for its owner alone, and makes it last. Throws
 * `backup-corrupt`, `disk-full`, `permission-denied`, `storage-failed` and the signal's reason;
 * nothing is left of it then.
 */
export async function writePartial(
  source: LogicalSource,
  file: string,
  options: Arriving,
): Promise<PartialFile> {
  if (!source.files.includes(databaseFile)) throw withoutDatabase(source);
  sweep(file);
  const path = `${file}.${process.pid}.partial`;
  const partial: PartialFile = {
    path,
    async [Symbol.asyncDispose]() {
      removeDatabase(path);
    },
  };
  try {
    await write(source, path, options);
    return partial;
  } catch (error) {
    await partial[Symbol.asyncDispose]();
    throw error === options.signal.reason ? error : fileError(error, path);
  }
}

/** Removes a database that nobody uses, with all that SQLite puts beside it. */
function removeDatabase(file: string): void {
  for (const end of ['', '-wal', '-shm', '-journal']) rmSync(`${file}${end}`, { force: true });
}

async function write(
  source: LogicalSource,
  path: string,
  { signal, onProgress }: Arriving,
): Promise<void> {
  const { page_count: pages, page_size: size } = source.facts;
  const total = Number(pages) * Number(size) || 0;
  await using handle = closing(await open(path, 'wx', 0o600));
  let done = 0;
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    const pieces: AsyncIterable<Uint8Array> = source.open(databaseFile);
    for await (const piece of pieces) {
      signal.throwIfAborted();
      yield piece;
      done += piece.length;
      onProgress({ done, total, what: 'restore' });
    }
  };
  await writeFile(handle.file, counted());
  await handle.file.sync();
}

function closing<File extends { close(): Promise<void> }>(
  file: File,
): AsyncDisposable & { readonly file: File } {
  return { file, [Symbol.asyncDispose]: () => file.close() };
}

/** What a process that is gone has left half-written. */
function sweep(file: string): void {
  const start = `${basename(file)}.`;
  for (const name of readdirSync(dirname(file))) {
    const pid = name.startsWith(start) && /^(\d+)\.partial$/.exec(name.slice(start.length))?.[1];
    if (pid && !isAlive(Number(pid))) removeDatabase(join(dirname(file), name));
  }
}

/** One with the number of this process was of an earlier one, as in containers. */
function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** An error of the file system in the words of the catalogue; any other stays as it is. */
export function fileError(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || error instanceof JemError) return error;
  const original = error.message;
  switch (error.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new JemError('disk-full', `The disk is full: ${path} cannot be written`, {
        why: 'There is no room for the restored database. Nothing was changed.',
        hint: 'Free some space, then run the command again.',
        ...{ original, cause: error },
      });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    // The folder is there, but the system lets nothing be made in it: /proc, /sys.
    case 'ENOENT':
      return new JemError('permission-denied', `${path} cannot be written`, {
        why: `${dirname(path)}: ${ownership(dirname(path))}. Nothing was changed.`,
        hint: 'Run as a user who may write that folder, or restore elsewhere.',
        ...{ original, cause: error },
      });
    case 'EIO':
      return new JemError('storage-failed', `${path} cannot be written`, {
        why: 'The system could not write: a failing disk, or a lost network drive.',
        hint: 'Look at the system’s log.',
        ...{ original, cause: error },
      });
    default:
      return error;
  }
}

function withoutDatabase({ files }: LogicalSource): JemError {
  return new JemError('backup-corrupt', `The backup holds no ${databaseFile}`, {
    why: `It holds ${files.join(', ') || 'no file'}.`,
    hint: 'Check it: jem-db backup check',
  });
}
