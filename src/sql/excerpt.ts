import { code } from './characters.ts';
import type { Dialect } from './dialect.ts';
import { nextToken, openCursor, type Cursor, type TokenKind } from './lexer.ts';
import { ScriptProblem } from './problem.ts';

/**
 * A query of another session without its data: string and number literals become `?`, comments
 * go, white space becomes one space. What cannot be read for sure, as in a text that the server
 * has cut off, is left out from there on.
 */
export function withoutLiterals(sql: string, dialect: Dialect): string {
  const cursor = openCursor(Buffer.from(sql), dialect, 0);
  let text = '';
  for (;;) {
    const before = cursor.end;
    const kind = readToken(cursor);
    if (kind === 'end') return text;
    if (kind === 'unclear') return `${text} ?…`.trimStart();
    const gap = text !== '' && cursor.start > before ? ' ' : '';
    text += gap + shown(kind, cursor);
  }
}

function readToken(cursor: Cursor): TokenKind | 'unclear' {
  try {
    const kind = nextToken(cursor);
    return kind === 'string' && mayGoOn(cursor) ? 'unclear' : kind;
  } catch (error) {
    if (error instanceof ScriptProblem) return 'unclear';
    throw error;
  }
}

/** A session without standard_conforming_strings reads `\'` as an escaped quote. */
function mayGoOn({ bytes, end }: Cursor): boolean {
  return bytes[end - 1] === code.quote && bytes[end - 2] === code.backslash;
}

function shown(kind: TokenKind, { bytes, start, end }: Cursor): string {
  return kind === 'string' || kind === 'number' ? '?' : bytes.toString('utf8', start, end);
}
