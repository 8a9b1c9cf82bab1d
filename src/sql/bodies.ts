import type { Dialect } from './dialect.ts';
import type { Head } from './head.ts';
import type { Cursor, TokenKind } from './lexer.ts';
import { ScriptProblem } from './problem.ts';

/** The part of a statement in which a semicolon does not end it. */
export interface Body {
  /** Takes a token outside parentheses. */
  see(kind: TokenKind, cursor: Cursor): void;
  /** Where the body begins that is still open; undefined: a semicolon ends the statement. */
  openAt(): number | undefined;
}

/** Longest beginning that tells: `EXPLAIN QUERY PLAN CREATE TEMP TRIGGER`. */
const enoughWords = 6;

const firstWords = new Set(['CREATE', 'COPY', 'EXPLAIN']);
const bodied = new Set(['TRIGGER', 'FUNCTION', 'PROCEDURE']);
const trigger = /^(?:EXPLAIN (?:QUERY PLAN )?)?CREATE (?:TEMP |TEMPORARY )*TRIGGER$/;
const routine = /^CREATE (?:OR REPLACE )?(?:FUNCTION|PROCEDURE)$/;

/** What kind of body a statement may have; null: none, undefined: too few words to tell. */
export function bodyOf(
  { words, open }: Head,
  dialect: Dialect,
  start: number,
): Body | null | undefined {
  const [first] = words;
  if (first === undefined) return undefined;
  if (!firstWords.has(first)) return null;
  if (first === 'COPY') return copyBody(start);
  if (bodied.has(words.at(-1) ?? '')) {
    const head = words.join(' ');
    if (dialect.triggerBodies && trigger.test(head)) return triggerBody(start);
    if (dialect.atomicBodies && routine.test(head)) return atomicBody();
  }
  return open && words.length < enoughWords ? undefined : null;
}

/** `sqlite3_complete`'s rule: it ends with a semicolon, `END` and another semicolon. */
function triggerBody(start: number): Body {
  let begin = start;
  let last: 'other' | 'semicolon' | 'end' = 'other';
  return {
    see(kind, cursor) {
      if (begin === start && isWord(cursor, kind, 'BEGIN')) begin = cursor.start;
      if (kind === 'semicolon') last = 'semicolon';
      else if (last === 'semicolon' && isWord(cursor, kind, 'END')) last = 'end';
      else last = 'other';
    },
    openAt: () => (last === 'end' ? undefined : begin),
  };
}

/** psql's rule: `BEGIN ATOMIC` up to its `END`, where `CASE` has an `END` of its own. */
function atomicBody(): Body {
  let begin = 0;
  let depth = 0;
  let last: 'other' | 'begin' | 'name-follows' = 'other';
  return {
    see(kind, cursor) {
      const before = last;
      last = namesFollow(cursor, kind) ? 'name-follows' : 'other';
      if (before === 'name-follows') return;
      if (depth === 0) {
        if (before === 'begin' && isWord(cursor, kind, 'ATOMIC')) depth = 1;
        else if (isWord(cursor, kind, 'BEGIN')) [begin, last] = [cursor.start, 'begin'];
      } else if (isWord(cursor, kind, 'CASE')) depth++;
      else if (isWord(cursor, kind, 'END')) depth--;
    },
    openAt: () => (depth > 0 ? begin : undefined),
  };
}

/** After a dot or AS even a reserved word is a name: `t.end`, `SELECT 1 AS end`. */
function namesFollow({ bytes, start, end }: Cursor, kind: TokenKind): boolean {
  if (kind === 'sign') return end === start + 1 && bytes[start] === 0x2e;
  return isWord({ bytes, start, end }, kind, 'AS');
}

/** `COPY … FROM STDIN` is no body: its data would follow the semicolon. */
function copyBody(start: number): Body {
  let from = false;
  return {
    see(kind, cursor) {
      if (from && isWord(cursor, kind, 'STDIN'))
        throw new ScriptProblem('copy-from-stdin', start, 'COPY … FROM STDIN');
      from = isWord(cursor, kind, 'FROM');
    },
    openAt: () => undefined,
  };
}

type Place = Pick<Cursor, 'bytes' | 'start' | 'end'>;

/** Whether the token is that word, in any case; `word` is upper case. */
function isWord({ bytes, start, end }: Place, kind: TokenKind, word: string): boolean {
  if (kind !== 'word' || end - start !== word.length) return false;
  for (let at = 0; at < word.length; at++)
    if (((bytes[start + at] ?? 0) & 0xdf) !== word.charCodeAt(at)) return false;
  return true;
}
