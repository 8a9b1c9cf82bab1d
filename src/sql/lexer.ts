import { code, isDigit, isSymbol, isWord, isWordStart } from './characters.ts';
import type { Dialect } from './dialect.ts';
import { skipGap } from './gaps.ts';
import { numberEnd } from './numbers.ts';
import { fixedOperatorEnd, freeOperatorEnd } from './operators.ts';
import { bracketedEnd, dollarQuotedEnd, escapedEnd, quotedEnd } from './quotes.ts';

export type TokenKind =
  | 'word'
  | 'name'
  | 'string'
  | 'number'
  | 'sign'
  | 'open'
  | 'close'
  | 'semicolon'
  | 'backslash'
  | 'end';

/** A place in a script: the token that was read last. */
export interface Cursor {
  readonly bytes: Buffer;
  readonly dialect: Dialect;
  start: number;
  end: number;
  /** The last token was a string in which `\` escapes. */
  escaped: boolean;
}

/** Stands before `at`; copies nothing. */
export function openCursor(bytes: Uint8Array, dialect: Dialect, at: number): Cursor {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { bytes: view, dialect, start: at, end: at, escaped: false };
}

/**
 * Goes on to the next token, over white space and comments. Throws `ScriptProblem` where a
 * comment or a quote is not closed.
 */
export function nextToken(cursor: Cursor): TokenKind {
  const { bytes, dialect } = cursor;
  const before = cursor.end;
  const start = skipGap(bytes, before, dialect);
  const continued = cursor.escaped && continues(bytes, before, start);
  cursor.start = start;
  cursor.escaped = false;
  if (start >= bytes.length) {
    cursor.end = start;
    return 'end';
  }
  const first = bytes[start];
  if (isWordStart(first)) return word(cursor);
  switch (first) {
    case code.quote:
      return string(cursor, start, continued);
    case code.doubleQuote:
      return token(cursor, 'name', quotedEnd(bytes, start, start, 'quoted name'));
    case code.openParen:
      return token(cursor, 'open', start + 1);
    case code.closeParen:
      return token(cursor, 'close', start + 1);
    case code.semicolon:
      return token(cursor, 'semicolon', start + 1);
    case code.backslash:
      return token(cursor, 'backslash', start + 1);
    case code.dollar:
      return dollar(cursor);
    default:
      return isDigit(first) || (first === code.dot && isDigit(bytes[start + 1]))
        ? token(cursor, 'number', numberEnd(bytes, start))
        : sign(cursor);
  }
}

function token(cursor: Cursor, kind: TokenKind, end: number): TokenKind {
  cursor.end = end;
  return kind;
}

/** `E'a'`, a line end, `'b'` is one string: the backslash escapes in its second part too. */
function continues(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++)
    if (bytes[at] === code.newline || bytes[at] === code.carriageReturn) return true;
  return false;
}

function string(cursor: Cursor, open: number, escaped: boolean): TokenKind {
  const { bytes, start } = cursor;
  cursor.escaped = escaped;
  const end = escaped ? escapedEnd(bytes, open, start) : quotedEnd(bytes, open, start, 'string');
  return token(cursor, 'string', end);
}

function word(cursor: Cursor): TokenKind {
  const { bytes, start } = cursor;
  let end = start + 1;
  while (isWord(bytes[end])) end++;
  if (end === start + 1) {
    const prefixed = prefixedQuote(cursor);
    if (prefixed !== null) return prefixed;
  }
  return token(cursor, 'word', end);
}

/** `E'…'`, `B'…'`, `N'…'`, `X'…'`, `U&'…'` and `U&"…"`: the prefix belongs to the quote. */
function prefixedQuote(cursor: Cursor): TokenKind | null {
  const { bytes, start, dialect } = cursor;
  const letter = String.fromCharCode(bytes[start] ?? 0).toUpperCase();
  if (bytes[start + 1] === code.quote && 'BENX'.includes(letter))
    return string(cursor, start + 1, letter === 'E' && dialect.escapeStrings);
  if (letter !== 'U' || bytes[start + 1] !== code.ampersand || !dialect.escapeStrings) return null;
  if (bytes[start + 2] === code.quote) return string(cursor, start + 2, false);
  if (bytes[start + 2] !== code.doubleQuote) return null;
  return token(cursor, 'name', quotedEnd(bytes, start + 2, start, 'quoted name'));
}

/** A dollar-quoted string, a parameter (`$1`), or nothing that is known. */
function dollar(cursor: Cursor): TokenKind {
  const { bytes, start, dialect } = cursor;
  const quoted = dialect.dollarQuotes ? dollarQuotedEnd(bytes, start) : start;
  if (quoted > start) return token(cursor, 'string', quoted);
  let end = start + 1;
  while (isDigit(bytes[end])) end++;
  return token(cursor, 'sign', end);
}

function sign(cursor: Cursor): TokenKind {
  const { bytes, start, dialect } = cursor;
  const first = bytes[start];
  if (dialect.foreignIdentifierQuotes && first === code.backtick)
    return token(cursor, 'name', quotedEnd(bytes, start, start, 'quoted name'));
  if (dialect.foreignIdentifierQuotes && first === code.openBracket)
    return token(cursor, 'name', bracketedEnd(bytes, start));
  if (first === code.colon) {
    const second = bytes[start + 1];
    return token(cursor, 'sign', start + (second === code.colon || second === code.equals ? 2 : 1));
  }
  if (!isSymbol(first)) return token(cursor, 'sign', start + 1);
  const end = dialect.freeOperators
    ? freeOperatorEnd(bytes, start)
    : fixedOperatorEnd(bytes, start);
  return token(cursor, 'sign', end);
}
