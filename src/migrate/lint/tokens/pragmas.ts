import type { Hit } from '../finding.ts';
import { rule } from '../rule.ts';
import type { ToldRule } from './around.ts';

/** Take effect only on an empty database, or at the next VACUUM. */
const forNewDatabases = new Set(['page_size', 'auto_vacuum', 'encoding']);
/** Last as long as the connection: those of the application know nothing of them. */
const ofTheConnection = new Set([
  ...['busy_timeout', 'cache_size', 'temp_store', 'mmap_size', 'recursive_triggers'],
  ...['locking_mode', 'read_uncommitted', 'case_sensitive_like', 'trusted_schema'],
]);

const pragmaWithoutEffect: ToldRule = rule({
  id: 'pragma-without-effect',
  level: 'note',
  lock: null,
  harm: null,
  title: 'a PRAGMA that changes nothing here',
  why: 'it looks like a setting, and is none',
  check({ told, oneTransaction }): Hit[] {
    if (told.kind !== 'pragma' || told.value === null) return [];
    const what = `PRAGMA ${told.name}`;
    if (told.name === 'foreign_keys' && oneTransaction)
      return [
        {
          what,
          relation: null,
          why: 'inside a transaction it does nothing',
          hint: 'Leave it out: jem-db runs a file that drops a table with foreign keys off, and looks afterwards whether they hold.',
        },
      ];
    if (forNewDatabases.has(told.name))
      return [
        {
          what,
          relation: null,
          why: 'a database that holds something takes it over at the next VACUUM, or never',
          hint: 'Set it before the first table, or run VACUUM by hand.',
        },
      ];
    if (!ofTheConnection.has(told.name)) return [];
    return [
      {
        what,
        relation: null,
        why: 'it is of this connection alone, and gone when the migration ends',
        hint: 'Set it where the application opens its connections.',
      },
    ];
  },
});

const writableSchema: ToldRule = rule({
  id: 'writable-schema',
  level: 'error',
  lock: null,
  harm: null,
  title: 'PRAGMA writable_schema',
  why: 'one wrong letter in sqlite_schema leaves a database that nothing can open',
  check({ told }): Hit[] {
    const off = told.kind !== 'pragma' || /^(off|no|false|0|reset)$/i.test(told.value ?? 'off');
    if (off || told.name !== 'writable_schema') return [];
    return [
      {
        what: 'sqlite_schema is written by hand',
        relation: 'sqlite_schema',
        hint: 'Build the table anew: CREATE TABLE new_…, INSERT … SELECT, DROP, RENAME.',
      },
    ];
  },
});

export const pragmaRules: readonly ToldRule[] = [pragmaWithoutEffect, writableSchema];
