import { readFileSync } from 'node:fs';
import { JemError } from '../../errors.ts';
import type { FileOptions } from '../../sql/options.ts';
import type { FolderFile } from '../listing.ts';
import type { Source } from '../migration.ts';

/** A source that is a whole file. */
export function wholeFile(
  file: FolderFile,
  kind: Source['kind'],
  options: Partial<FileOptions> = {},
): Source {
  return { file: file.shown, kind, options, read: () => readBytes(file) };
}

/** Reads a migration's file. Throws `migration-unreadable`. */
export function readBytes(file: FolderFile): Buffer {
  try {
    // Waiting for the thread pool costs several times what reading a small file does.
    return readFileSync(file.path);
  } catch (error) {
    throw cannotRead(file, error);
  }
}

export function cannotRead(file: FolderFile, cause: unknown): JemError {
  return new JemError('migration-unreadable', `Cannot read ${file.shown}`, {
    hint: 'Check who owns the file and its mode.',
    original: cause instanceof Error ? cause.message : String(cause),
    cause,
  });
}
