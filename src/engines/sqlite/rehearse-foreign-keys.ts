import type { Script, ScriptFunction } from '../migrating.ts';
import type { Database } from './driver.ts';
import {
  allBroken,
  foreignKeysBroken,
  needsForeignKeysOff,
  watchForeignKeys,
} from './foreign-keys.ts';
import { mentions } from './mentions.ts';
import { pragma } from './values.ts';

/**
 * Looks at the foreign keys before a script runs; the function returned throws
 * `foreign-keys-broken` where applying the script would fail at its end.
 */
export function watchKeys(db: Database, script: Script | ScriptFunction): () => void {
  if (pragma(db, 'foreign_keys') === 1) return watchDeferred(db, script);
  // Applied, this script would have its cascades, and break nothing by what they take away.
  if (!needsForeignKeysOff(script) && schemaSays(db, cascading)) return () => {};
  return watchForeignKeys(db, script);
}

const cascading = [
  '%on delete cascade%',
  '%on delete set%',
  '%on update cascade%',
  '%on update set%',
];
const deferring = ['%deferr%'];

/** These are enforced, and what is put off is not checked before a COMMIT. */
function watchDeferred(db: Database, script: Script | ScriptFunction): () => void {
  const maySay = typeof script === 'function' || mentions(script.bytes, /deferr/i);
  if (!maySay && !schemaSays(db, deferring)) return () => {};
  const before = brokenRows(db);
  return () => {
    if (brokenRows(db) > before) throw foreignKeysBroken(allBroken(db));
    // A COMMIT would have ended this.
    db.pragma('defer_foreign_keys = OFF');
  };
}

function brokenRows(db: Database): number {
  return allBroken(db).reduce((sum, { rows }) => sum + rows, 0);
}

function schemaSays(db: Database, patterns: readonly string[]): boolean {
  const sql = `SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND (${patterns.map(() => 'sql LIKE ?').join(' OR ')})`;
  return db.prepare(sql).get(...patterns) !== undefined;
}
