import { dirname } from 'node:path';
import { JemError } from '../../errors.ts';
import type { About } from './driver.ts';
import {
  freeBytes,
  isReadable,
  isWritable,
  looksLike,
  ownership,
  statOrNull,
} from './file-facts.ts';

export function fileMissing({ display }: About): JemError {
  return new JemError('database-file-missing', `There is no database at ${display}`, {
    why: 'The file does not exist, and this command does not create it.',
    hint: 'Check the path, or create the database: `jem-db migrate`',
  });
}

export function folderMissing(file: string, { display }: About): JemError {
  const folder = dirname(file);
  return new JemError('database-folder-missing', `The folder of ${display} does not exist`, {
    why: `There is no folder ${folder}.`,
    hint: `Check the path, or create it: mkdir -p '${folder}'`,
  });
}

export function isAFolder({ display }: About): JemError {
  return new JemError('database-is-a-folder', `${display} is a folder, not a database file`, {
    hint: 'Name the file inside it.',
  });
}

/** A socket, a pipe, a device. */
export function notAFile({ display }: About): JemError {
  return new JemError('not-a-database', `${display} is not a regular file`, {
    why: 'SQLite keeps a database in an ordinary file; this is a pipe, a socket or a device.',
    hint: 'Check the path.',
  });
}

/** SQLITE_NOTADB: the file begins as no database does. */
export function notADatabase({ display, file }: About, original: string): JemError {
  const looks = file === null ? null : looksLike(file);
  return new JemError('not-a-database', `${display} is not a SQLite database`, {
    why: looks
      ? `The file looks like ${looks}.`
      : 'The file holds something else, or the database in it is encrypted.',
    hint: 'Check the path. jem-db does not change such a file.',
    original,
  });
}

/** SQLITE_CANTOPEN names no reason: look for it in the file system. */
export function cannotOpen(about: About, original: string): JemError {
  const { file, display } = about;
  if (file === null) return unexplained(about, original);
  const folder = dirname(file);
  const stats = statOrNull(file);
  if (stats?.isDirectory()) return isAFolder(about);
  if (stats && !isReadable(file)) return unreadable(file, about, original);
  if (stats && !isWritable(folder)) return folderReadonly(file, about, original);
  if (!stats && !isWritable(folder))
    return new JemError('permission-denied', `${display} cannot be created: permission denied`, {
      why: `${folder}: ${ownership(folder)}.`,
      hint: 'Run as a user who may write that folder, or change its owner or mode.',
      original,
    });
  return unexplained(about, original);
}

export function unreadable(path: string, { display }: About, original?: string): JemError {
  return new JemError('file-unreadable', `${display} cannot be read: permission denied`, {
    why: `${path}: ${ownership(path)}.`,
    hint: 'Run as a user who may read it, or change its owner or mode.',
    ...(original !== undefined && { original }),
  });
}

function unexplained({ display }: About, original: string): JemError {
  return new JemError('file-unreadable', `${display} cannot be opened`, {
    why: 'The system refused to open the file or one beside it, such as its journal.',
    hint: 'Check the path, its permissions and the limit of open files.',
    original,
  });
}

/** SQLITE_READONLY and its kin. */
export function readonlyRefused(code: string, about: About, original: string): JemError {
  const { file, display } = about;
  if (/_(ROLLBACK|RECOVERY|CANTINIT|CANTLOCK)$/.test(code)) return recoveryNeeded(about, original);
  if (code === 'SQLITE_READONLY_DBMOVED')
    return new JemError('connection-lost', `${display} was moved or replaced while it was in use`, {
      hint: 'Run the command again; it opens the file that is there now.',
      original,
    });
  if (about.readonly || file === null)
    return new JemError('read-only-target', `${display} is opened for reading only`, {
      why: 'Its URL says so (mode=ro, immutable=1).',
      hint: 'Take that out of the URL to let jem-db write.',
      original,
    });
  return code === 'SQLITE_READONLY_DIRECTORY' || isWritable(file)
    ? folderReadonly(file, about, original)
    : fileReadonly(file, about, original);
}

export function fileReadonly(file: string, { display }: About, original?: string): JemError {
  return new JemError('permission-denied', `${display} is read-only`, {
    why: `${file}: ${ownership(file)}.`,
    hint: 'Run as a user who may write it, change its owner or mode, or mount its file system writable.',
    ...(original !== undefined && { original }),
  });
}

export function folderReadonly(file: string, { display }: About, original?: string): JemError {
  const folder = dirname(file);
  return new JemError('permission-denied', `The folder of ${display} is read-only`, {
    why: `SQLite keeps a journal beside the database while it writes, and -wal and -shm beside one in WAL mode even while it reads. ${folder}: ${ownership(folder)}.`,
    hint: 'Let this user write the folder, or work on a copy.',
    ...(original !== undefined && { original }),
  });
}

function recoveryNeeded({ display }: About, original: string): JemError {
  return new JemError('recovery-needed', `${display} was not shut down cleanly`, {
    why: 'A writer stopped half-way. SQLite undoes its work from the journal beside the file, and may not while the database is opened for reading only.',
    hint: 'Open it once with the right to write: `jem-db migrate status`, without mode=ro. Keep the journal beside the file until then.',
    original,
  });
}

/** SQLITE_FULL says the same of a full disk and of the database's own limit. */
export function full({ file, display }: About, original: string): JemError {
  const free = file === null ? null : freeBytes(file);
  const diskIsFull = free !== null && free < 1024 * 1024;
  return new JemError(
    'disk-full',
    diskIsFull ? `The disk of ${display} is full` : `${display} is full`,
    {
      why:
        free === null || diskIsFull
          ? 'There is no room for the change or for its journal. It was undone.'
          : `The disk has ${Math.floor(free / 1024 / 1024)} MiB left, so this is a limit of the database (PRAGMA max_page_count), of a quota, or of the temporary folder. The change was undone.`,
      hint: 'Free some space or raise the limit, then run the command again.',
      original,
    },
  );
}
