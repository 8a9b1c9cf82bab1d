import { ScriptProblem } from '../../../sql/problem.ts';
import { nextToken, openCursor, type TokenKind } from '../../../sql/lexer.ts';
import { postgresDialect } from '../dialect.ts';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Its tokens, as far as it can be read; offsets are of its bytes. */
export function tokensOf(sql: string): Token[] {
  const bytes = Buffer.from(sql);
  const cursor = openCursor(bytes, postgresDialect, 0);
  const tokens: Token[] = [];
  try {
    for (let kind = nextToken(cursor); kind !== 'end'; kind = nextToken(cursor)) {
      const { start, end } = cursor;
      tokens.push({ kind, start, end, text: bytes.toString('utf8', start, end) });
    }
  } catch (error) {
    if (!(error instanceof ScriptProblem)) throw error;
  }
  return tokens;
}

/** The numbers of its parameters, each once: `$1` may stand in it any number of times. */
export function parametersOf(sql: string): ReadonlySet<number> {
  return new Set(
    tokensOf(sql)
      .map(({ kind, text }) => (kind === 'sign' ? /^\$(\d+)$/.exec(text)?.[1] : undefined))
      .flatMap((number) => (number === undefined ? [] : [Number(number)])),
  );
}

/**
 * A list of types, one for each parameter up to the last: the server finds each out by itself, but
 * for one that the statement does not use.
 */
export function parameterTypes(used: ReadonlySet<number>): string[] {
  return Array.from({ length: Math.max(0, ...used) }, (_, index) =>
    used.has(index + 1) ? 'unknown' : 'text',
  );
}

/** Types that stand in front of a text: `interval '1 day'`, which is normalised to `interval $1`. */
const typesBefore =
  /^(interval|date|time|timetz|timestamp|timestamptz|bool|boolean|uuid|json|jsonb|inet|cidr|bytea|numeric|point|text)$/i;

/**
 * Writes what pg_stat_statements has made of typed literals and of `extract(day FROM …)` so that
 * the grammar takes it: `$1::interval`, `pg_catalog.extract($1, …)`.
 */
export function readable(sql: string): string {
  const tokens = tokensOf(sql);
  const edits = tokens.flatMap((token, at) => editsAt(tokens, token, at));
  const bytes = Buffer.from(sql);
  let text = '';
  let from = 0;
  for (const { start, end, by } of edits) {
    text += bytes.toString('utf8', from, start) + by;
    from = end;
  }
  return text + bytes.toString('utf8', from);
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly by: string;
}

function editsAt(tokens: readonly Token[], token: Token, at: number): Edit[] {
  const [next, third, fourth] = tokens.slice(at + 1, at + 4);
  if (token.kind !== 'word' || !next) return [];
  if (typesBefore.test(token.text) && isParameter(next) && tokens[at - 1]?.text !== '::')
    return [{ start: token.start, end: next.end, by: `${next.text}::${token.text}` }];
  const extracts = /^extract$/i.test(token.text) && next.kind === 'open' && isParameter(third);
  if (!extracts || !fourth || !/^from$/i.test(fourth.text)) return [];
  return [
    { start: token.start, end: token.end, by: 'pg_catalog.extract' },
    { start: fourth.start, end: fourth.end, by: ',' },
  ];
}

function isParameter(token: Token | undefined): token is Token {
  return token?.kind === 'sign' && /^\$\d+$/.test(token.text);
}
