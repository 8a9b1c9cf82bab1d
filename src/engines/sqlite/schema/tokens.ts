import { nextToken, openCursor, type TokenKind } from '../../../sql/lexer.ts';
import { sqliteDialect } from '../dialect.ts';

export interface Token {
  readonly kind: TokenKind;
  /** As it is written. */
  readonly text: string;
  /** An unquoted word in upper case; empty for anything else. */
  readonly word: string;
  /** White space or a comment stands before it. */
  readonly apart: boolean;
}

/** Cuts SQL text of the catalog; comments and white space are gone. */
export function tokensOf(sql: string): readonly Token[] {
  const bytes = Buffer.from(sql);
  const ascii = bytes.length === sql.length;
  const cursor = openCursor(bytes, sqliteDialect, 0);
  const tokens: Token[] = [];
  let last = 0;
  for (let kind = nextToken(cursor); kind !== 'end'; kind = nextToken(cursor)) {
    const { start, end } = cursor;
    const text = ascii ? sql.slice(start, end) : bytes.toString('utf8', start, end);
    const word = kind === 'word' ? text.toUpperCase() : '';
    tokens.push({ kind, text, word, apart: start > last });
    last = end;
  }
  return tokens;
}

/** The name that a token stands for, without its quotes. */
export function nameOf({ kind, text }: Token): string {
  if (kind !== 'name' && kind !== 'string') return text;
  const quote = text.slice(-1);
  const inside = text.slice(1, -1);
  return quote === ']' ? inside : inside.replaceAll(quote + quote, quote);
}

/** Whether a token can be a name. */
export function isName({ kind }: Token): boolean {
  return kind === 'word' || kind === 'name' || kind === 'string';
}

/** A place in tokens, moved on by the functions below. */
export interface Reader {
  readonly tokens: readonly Token[];
  at: number;
}

export function readerOf(tokens: readonly Token[]): Reader {
  return { tokens, at: 0 };
}

export function atEnd(reader: Reader): boolean {
  return reader.at >= reader.tokens.length;
}

/** The unquoted word here, in upper case. */
export function wordAt(reader: Reader, ahead = 0): string {
  return reader.tokens[reader.at + ahead]?.word ?? '';
}

/** Goes over these words where they stand here. */
export function took(reader: Reader, first: string, second?: string, third?: string): boolean {
  if (wordAt(reader) !== first) return false;
  if (second !== undefined && wordAt(reader, 1) !== second) return false;
  if (third !== undefined && wordAt(reader, 2) !== third) return false;
  reader.at += third === undefined ? (second === undefined ? 1 : 2) : 3;
  return true;
}

/** Goes over one token. Throws where there is none. */
export function take(reader: Reader): Token {
  const token = reader.tokens[reader.at++];
  if (!token) throw new UnreadableSql('it ends too early');
  return token;
}

export function takeName(reader: Reader): string {
  const token = take(reader);
  if (!isName(token)) throw new UnreadableSql(`“${token.text}” is no name`);
  return nameOf(token);
}

export function opens(reader: Reader): boolean {
  return reader.tokens[reader.at]?.kind === 'open';
}

/** Goes over a pair of parentheses: what stands between them. */
export function takeGroup(reader: Reader): readonly Token[] {
  if (!opens(reader)) throw new UnreadableSql('a parenthesis is missing');
  const start = ++reader.at;
  for (let depth = 1; depth > 0;) {
    const { kind } = take(reader);
    if (kind === 'open') depth++;
    if (kind === 'close') depth--;
  }
  return reader.tokens.slice(start, reader.at - 1);
}

/** Cuts at the commas that stand in no parentheses. */
export function splitAtCommas(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const parts: (readonly Token[])[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (token?.kind === 'open') depth++;
    if (token?.kind === 'close') depth--;
    if (depth > 0 || token?.text !== ',') continue;
    parts.push(tokens.slice(start, at));
    start = at + 1;
  }
  parts.push(start === 0 ? tokens : tokens.slice(start));
  return parts;
}

/** SQL of the catalog that this program cannot read, though SQLite could. */
export class UnreadableSql extends Error {
  override readonly name = 'UnreadableSql';
}
