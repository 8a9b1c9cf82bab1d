import { dirname } from 'node:path';
import type { About } from './driver.ts';
import { isEnterable, isReadable, statOrNull } from './file-facts.ts';
import { fileMissing, folderMissing, isAFolder, notAFile, unreadable } from './open-errors.ts';

/**
 * Looks at the path before SQLite does, which says little of what is wrong with it. Returns
 * whether the file is there. Never opens it: closing it would drop this process's locks.
 */
export function lookAtFile(file: string, about: About, mayCreate: boolean): boolean {
  const stats = statOrNull(file);
  if (stats) {
    if (stats.isDirectory()) throw isAFolder(about);
    if (!stats.isFile()) throw notAFile(about);
    if (!isReadable(file)) throw unreadable(file, about);
    return true;
  }
  const barred = barredFolder(dirname(file));
  if (barred !== null) throw unreadable(barred, about);
  if (!statOrNull(dirname(file))) throw folderMissing(file, about);
  if (!mayCreate) throw fileMissing(about);
  return false;
}

/** The folder on the way that this user may not enter; null: the way is clear or ends. */
function barredFolder(folder: string): string | null {
  const stats = statOrNull(folder);
  if (stats) return isEnterable(folder) ? null : folder;
  const parent = dirname(folder);
  return parent === folder ? null : barredFolder(parent);
}
