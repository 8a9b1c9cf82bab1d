import type { Database } from './driver.ts';
import { pragma } from './values.ts';

/** Settings of a connection that a script may change and the next one must not inherit. */
const ofConnection = [
  'recursive_triggers',
  'legacy_alter_table',
  'ignore_check_constraints',
  'reverse_unordered_selects',
  'automatic_index',
  'cell_size_check',
  'trusted_schema',
  'writable_schema',
  'query_only',
  'synchronous',
  'cache_size',
  'cache_spill',
  'temp_store',
  'busy_timeout',
  'locking_mode',
  'secure_delete',
  'max_page_count',
  'read_uncommitted',
  'analysis_limit',
  'threads',
] as const;

/** Notes the settings now; the function returned puts back those that changed. */
export function keepPragmas(db: Database): () => void {
  const before = ofConnection.map((name) => [name, pragma(db, name)] as const);
  return () => {
    for (const [name, value] of before)
      if (pragma(db, name) !== value) db.pragma(`${name} = ${String(value)}`);
    // It cannot be asked for; off is what every connection begins with.
    db.pragma('case_sensitive_like = OFF');
  };
}
