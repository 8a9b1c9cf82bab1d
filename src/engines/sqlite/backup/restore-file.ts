import { chmodSync, chownSync, closeSync, fsyncSync, openSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { JemError } from '../../../errors.ts';
import type { Restored, RestoreOptions, LogicalSource } from '../../backing-up.ts';
import { sqliteError } from '../errors.ts';
import { statOrNull } from '../file-facts.ts';
import { type FileLock, lockFile } from './file-lock.ts';
import { fileError, type PartialFile, writePartial } from './partial-file.ts';
import { type FileTarget, lookAt } from './restore-target.ts';
import { soundness } from './soundness.ts';

/**
 * Restores a whole database beside the file, and puts it in its place at the end; nobody else gets
 * at the file meanwhile. Throws `restore-refused`, `restore-failed`, `lock-timeout`, and as
 * `writePartial` does.
 */
export async function restoreFile(
  source: LogicalSource,
  into: FileTarget,
  options: RestoreOptions,
): Promise<Restored> {
  const { file, target } = into;
  const { signal, connectTimeout } = options;
  const started = performance.now();
  const about = { file, display: target.display, readonly: false };
  const { exists, holds } = await lookAt(into, options);
  if (holds !== null && !options.clean) throw notEmpty(target.display, holds);
  try {
    await using lock = exists ? await lockFile(about, { timeout: connectTimeout, signal }) : null;
    await using partial = await writePartial(source, file, options);
    const warnings = await checked(partial, signal);
    takePlace(partial, file, lock);
    const restoreMs = Math.round(performance.now() - started);
    return {
      way: 'written beside the file, checked, and put in its place at the end',
      restoreMs,
      warnings,
    };
  } catch (error) {
    throw error === signal.reason ? error : sqliteError(fileError(error, file), about);
  }
}

export function notEmpty(display: string, holds: string): JemError {
  return new JemError('restore-refused', `${display} is not empty`, {
    why: `It holds ${holds}, which would be lost.`,
    hint: 'Restore into a new file, or say that what is there may go: --clean',
  });
}

/** Warnings. Throws `restore-failed` where SQLite finds damage. */
export async function checked(
  { path }: PartialFile,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { ok, detail } = await soundness(path, 'quick_check', signal);
  if (ok === false)
    throw new JemError('restore-failed', 'The database in the backup is damaged', {
      why: `SQLite says: ${detail}. The target is as it was.`,
      hint: 'Restore another backup: jem-db backup list. `jem-db restore-verify` tells which hold.',
    });
  return ok === null ? [`SQLite could not check the restored database: ${detail}`] : [];
}

function takePlace({ path }: PartialFile, file: string, lock: FileLock | null): void {
  const before = statOrNull(file);
  if (before) {
    chmodSync(path, before.mode & 0o7777);
    if (process.geteuid?.() === 0) chownSync(path, before.uid, before.gid);
  }
  if (lock) lock.replaceWith(path);
  else renameSync(path, file);
  syncFolder(dirname(file));
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
