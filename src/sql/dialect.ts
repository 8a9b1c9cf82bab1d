/** What a splitter must know of an engine's SQL, as data. */
export interface Dialect {
  /** `$tag$ … $tag$` strings. */
  readonly dollarQuotes: boolean;
  readonly nestedComments: boolean;
  /** A carriage return alone ends a `--` comment, as a line feed does. */
  readonly returnEndsComment: boolean;
  /** `E'…\'…'` strings. */
  readonly escapeStrings: boolean;
  /** `[name]` and `` `name` ``. */
  readonly foreignIdentifierQuotes: boolean;
  /** Operators are made of any run of symbols (`@>>`), not taken from a fixed list. */
  readonly freeOperators: boolean;
  /** `CREATE TRIGGER … BEGIN …; END;` holds semicolons. */
  readonly triggerBodies: boolean;
  /** `CREATE FUNCTION … BEGIN ATOMIC …; END;` holds semicolons. */
  readonly atomicBodies: boolean;
  /**
   * How commands of the engine's own shell begin: `\` anywhere, or `.` in place of a statement.
   * psql's are found in every dialect: such files are written for both.
   */
  readonly shellCommands: '\\' | '.';
  /** Statements that cannot run inside a transaction, by their head. */
  readonly outsideTransaction: readonly RegExp[];
}
