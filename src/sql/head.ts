import type { Cursor, TokenKind } from './lexer.ts';

/** The first words of a statement, as far as they were read. */
export interface Head {
  readonly words: string[];
  limit: number;
  /** More words are of use. */
  open: boolean;
}

/** `ALTER TABLE IF EXISTS a.b DETACH PARTITION c.d CONCURRENTLY`, with some to spare. */
const longest = 16;

/** Statements that come by the thousand and are known by fewer words: words cost most here. */
const shorter: ReadonlyMap<string, number> = new Map([
  ['INSERT', 2],
  ['UPDATE', 2],
  ['DELETE', 2],
  ['SELECT', 2],
  ['VALUES', 2],
  ['WITH', 2],
  ['CREATE', 4],
]);

export const newHead = (): Head => ({ words: [], limit: longest, open: true });

/** Takes one token; signs are left out. */
export function addToHead(head: Head, kind: TokenKind, cursor: Cursor): void {
  const { words } = head;
  if (kind === 'string') words.push("''");
  else if (kind === 'name') words.push('""');
  else if (kind === 'number' || kind === 'word') words.push(text(cursor));
  else return;
  if (words.length === 1) head.limit = shorter.get(words[0] ?? '') ?? longest;
  else if (words.length === 2 && words[1] === 'SUBSCRIPTION') head.limit = longest;
  head.open = words.length < head.limit;
}

const text = ({ bytes, start, end }: Cursor): string =>
  bytes.toString('utf8', start, end).toUpperCase();
