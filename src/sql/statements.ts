import { checkComplete, endsStatement, newStatement } from './boundary.ts';
import type { Dialect } from './dialect.ts';
import { checkEncoding, textStart } from './encoding.ts';
import { addToHead, newHead } from './head.ts';
import { nextToken, openCursor, type Cursor, type TokenKind } from './lexer.ts';
import { refuseShellCommand } from './shell-command.ts';

export type { Dialect } from './dialect.ts';

/** One statement: byte offsets of its first character and just behind its last, without the semicolon. */
export interface Statement {
  readonly start: number;
  readonly end: number;
  /**
   * The first words, upper case, separated by one space, comments left out; enough to tell its
   * kind. Quoted names stand as `""` and strings as `''`, other signs are left out.
   */
  readonly head: string;
}

/** Called for each token of a statement, the semicolon at its end left out. */
export type TokenVisitor = (kind: TokenKind, cursor: Cursor) => void;

/**
 * Cuts a script into its statements, lazily and without a copy of it, as psql and
 * `sqlite3_complete` do. Empty statements are left out. Throws `ScriptProblem` where the script
 * cannot be cut: unterminated quotes, shell commands, data inline, not UTF-8.
 */
export function* splitStatements(bytes: Uint8Array, dialect: Dialect): Generator<Statement> {
  const cursor = openScript(bytes, dialect);
  for (let next = readStatement(cursor); next !== null; next = readStatement(cursor)) yield next;
}

/** Stands before the first statement. Throws `ScriptProblem` where the bytes are not UTF-8 text. */
export function openScript(bytes: Uint8Array, dialect: Dialect): Cursor {
  checkEncoding(bytes);
  return openCursor(bytes, dialect, textStart(bytes));
}

/** Reads the next statement that is not empty; null: there is none. Throws `ScriptProblem`. */
export function readStatement(cursor: Cursor, visit?: TokenVisitor): Statement | null {
  let kind = nextToken(cursor);
  while (kind === 'semicolon') kind = nextToken(cursor);
  if (kind === 'end') return null;

  const start = cursor.start;
  const head = newHead();
  const boundary = newStatement(start);
  let end = start;
  while (kind !== 'end') {
    refuseShellCommand(kind, cursor, start);
    if (head.open) addToHead(head, kind, cursor);
    if (endsStatement(boundary, head, kind, cursor)) break;
    visit?.(kind, cursor);
    end = cursor.end;
    kind = nextToken(cursor);
  }
  if (kind === 'end') checkComplete(boundary);
  return { start, end, head: head.words.join(' ') };
}
