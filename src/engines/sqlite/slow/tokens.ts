import { nextToken, openCursor, type TokenKind } from '../../../sql/lexer.ts';
import { ScriptProblem } from '../../../sql/problem.ts';
import { sqliteDialect } from '../dialect.ts';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** Follows the one before without a space. */
  readonly joined: boolean;
}

/** The tokens of a statement, as far as it can be read. */
export function tokensOf(sql: string): Token[] {
  const bytes = Buffer.from(sql);
  const cursor = openCursor(bytes, sqliteDialect, 0);
  const tokens: Token[] = [];
  try {
    for (let before = 0, kind = nextToken(cursor); kind !== 'end'; kind = nextToken(cursor)) {
      const { start, end } = cursor;
      tokens.push({ kind, text: bytes.toString('utf8', start, end), joined: start === before });
      before = end;
    }
  } catch (error) {
    if (!(error instanceof ScriptProblem)) throw error;
  }
  return tokens;
}

/** The name that a token is, in lower case as SQLite compares names; null: it is none. */
export function nameOf({ kind, text }: Token): string | null {
  if (kind === 'word') return text.toLowerCase();
  if (kind !== 'name') return null;
  const quote = text[0] ?? '';
  const inner = text.slice(1, -1);
  return (quote === '[' ? inner : inner.replaceAll(quote + quote, quote)).toLowerCase();
}

/** The statement with `?` for each of its parameters, and how many those are. */
export function withPlainParameters(sql: string): { readonly sql: string; readonly count: number } {
  const parts: string[] = [];
  let count = 0;
  const tokens = tokensOf(sql);
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!;
    const next = tokens[at + 1];
    const named = /^[:@$#]$/.test(token.text) && next?.joined === true && next.kind === 'word';
    const numbered = token.text === '?' && next?.joined === true && next.kind === 'number';
    if (named || numbered) at++;
    const parameter = named || numbered || token.text === '?' || /^\$\d+$/.test(token.text);
    if (parameter) count++;
    parts.push(parameter ? '?' : token.text);
  }
  return { sql: parts.join(' '), count };
}
