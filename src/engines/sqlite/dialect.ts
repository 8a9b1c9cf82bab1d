import type { Dialect } from '../../sql/dialect.ts';

/** What the splitter must know of SQLite's SQL; as its tokenizer and `sqlite3_complete` read it. */
export const sqliteDialect: Dialect = {
  dollarQuotes: false,
  nestedComments: false,
  returnEndsComment: false,
  escapeStrings: false,
  foreignIdentifierQuotes: true,
  freeOperators: false,
  triggerBodies: true,
  atomicBodies: false,
  shellCommands: '.',
  // A new journal_mode is ignored in silence inside a transaction, the others fail.
  outsideTransaction: [
    /^VACUUM\b/,
    /^PRAGMA (\S+ )?(JOURNAL_MODE|SYNCHRONOUS) \S/,
    /^PRAGMA (\S+ )?WAL_CHECKPOINT\b/,
  ],
};
