import { nextToken, openCursor, type TokenKind } from '../../../sql/lexer.ts';
import type { Dialect, Statement } from '../../../sql/statements.ts';

/** One token of a statement. */
export interface Word {
  readonly kind: TokenKind;
  /** Upper case; empty for quoted names and strings. */
  readonly upper: string;
  /** A name without its quotes; any other token as it stands. */
  readonly name: string;
  /** Bytes behind the start of the statement. */
  readonly at: number;
  /** Parentheses around it. */
  readonly depth: number;
}

/** Heads of statements that rules look into; others may hold megabytes of rows. */
const looked = /^(ALTER|DROP|CREATE|UPDATE|DELETE|PRAGMA)\b/;

/** The tokens of a statement; none of one that no rule looks into. */
export function wordsOf(
  bytes: Uint8Array,
  statement: Statement,
  dialect: Dialect,
): readonly Word[] {
  if (!looked.test(statement.head)) return [];
  const cursor = openCursor(bytes, dialect, statement.start);
  const words: Word[] = [];
  let depth = 0;
  for (;;) {
    const kind = nextToken(cursor);
    if (kind === 'end' || cursor.start >= statement.end) return words;
    const text = cursor.bytes.toString('utf8', cursor.start, cursor.end);
    if (kind === 'close') depth--;
    words.push({
      kind,
      upper: kind === 'name' || kind === 'string' ? '' : text.toUpperCase(),
      name: kind === 'name' || kind === 'string' ? unquoted(text) : text,
      at: cursor.start - statement.start,
      depth,
    });
    if (kind === 'open') depth++;
  }
}

/** `"a"`, `[a]`, `` `a` ``, and `'a'`, which SQLite takes for a name where it must be one. */
function unquoted(text: string): string {
  const quote = text.at(-1) ?? '';
  return text.slice(1, -1).replaceAll(quote + quote, quote);
}
