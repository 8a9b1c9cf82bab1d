import { code, isSpace } from './characters.ts';
import type { Dialect } from './dialect.ts';
import { ScriptProblem } from './problem.ts';

type CommentRules = Pick<Dialect, 'nestedComments' | 'returnEndsComment'>;

/** Offset of the first byte at or behind `at` that is neither white space nor comment. */
export function skipGap(bytes: Uint8Array, at: number, dialect: CommentRules): number {
  let next = at;
  for (;;) {
    while (isSpace(bytes[next])) next++;
    const end = commentEnd(bytes, next, dialect);
    if (end === next) return next;
    next = end;
  }
}

/** Where the comment that begins at `at` ends; `at` itself where none does. */
export function commentEnd(bytes: Uint8Array, at: number, dialect: CommentRules): number {
  const first = bytes[at];
  if (first === code.minus && bytes[at + 1] === code.minus)
    return lineCommentEnd(bytes, at, dialect.returnEndsComment);
  if (first === code.slash && bytes[at + 1] === code.star)
    return blockCommentEnd(bytes, at, dialect.nestedComments);
  return at;
}

/** Does not go over the end of the line. */
function lineCommentEnd(bytes: Uint8Array, start: number, returnEnds: boolean): number {
  let at = start;
  while (at < bytes.length && bytes[at] !== code.newline) {
    if (returnEnds && bytes[at] === code.carriageReturn) return at;
    at++;
  }
  return at;
}

function blockCommentEnd(bytes: Uint8Array, start: number, nested: boolean): number {
  let depth = 1;
  let at = start + 2;
  while (at < bytes.length) {
    if (bytes[at] === code.star && bytes[at + 1] === code.slash) {
      at += 2;
      depth--;
      if (depth === 0) return at;
    } else if (nested && bytes[at] === code.slash && bytes[at + 1] === code.star) {
      at += 2;
      depth++;
    } else {
      at++;
    }
  }
  throw new ScriptProblem('unterminated', start, 'comment');
}
