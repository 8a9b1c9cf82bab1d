import { unlinkSync } from 'node:fs';
import type { Database } from './driver.ts';
import { statOrNull } from './file-facts.ts';

/**
 * Takes away a file that this connection created and nobody ever wrote to. Holds the lock of a
 * writer meanwhile: another runner may be about to begin with it.
 */
export function removeIfEmpty(db: Database, file: string): void {
  if (statOrNull(file)?.size !== 0) return;
  db.exec('BEGIN EXCLUSIVE');
  if (statOrNull(file)?.size === 0) unlinkSync(file);
  db.exec('ROLLBACK');
}
