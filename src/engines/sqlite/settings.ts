import type { Script, ScriptFunction } from '../migrating.ts';
import type { Database } from './driver.ts';
import { needsForeignKeysOff } from './foreign-keys.ts';
import { mentions } from './mentions.ts';
import { keepPragmas } from './pragmas.ts';

/**
 * Runs `body` with foreign keys as the script needs them, and puts back what the script changes
 * of the connection. Stands around the transaction: SQLite ignores most of it inside one.
 */
export async function withSettings<T>(
  db: Database,
  script: Script | ScriptFunction,
  body: () => Promise<T>,
): Promise<T> {
  const restore = mayChangeSettings(script) ? keepPragmas(db) : null;
  const off = needsForeignKeysOff(script);
  if (off) db.pragma('foreign_keys = OFF');
  try {
    return await body();
  } finally {
    if (db.open) {
      restore?.();
      if (off || restore) db.pragma('foreign_keys = ON');
    }
  }
}

function mayChangeSettings(script: Script | ScriptFunction): boolean {
  return typeof script === 'function' || mentions(script.bytes, /pragma/i);
}
