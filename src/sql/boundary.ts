import { bodyOf, type Body } from './bodies.ts';
import type { Head } from './head.ts';
import type { Cursor, TokenKind } from './lexer.ts';
import { ScriptProblem } from './problem.ts';

/** How far a statement is: whether a semicolon would end it. */
export interface Boundary {
  readonly start: number;
  parens: number;
  /** Of the outermost parenthesis that is open. */
  parenAt: number;
  /** What the statement holds besides; undefined as long as its head leaves it open. */
  body: Body | null | undefined;
}

export const newStatement = (start: number): Boundary => ({
  start,
  parens: 0,
  parenAt: start,
  body: undefined,
});

/** Takes one token; true: it is the semicolon that ends the statement. */
export function endsStatement(
  state: Boundary,
  head: Head,
  kind: TokenKind,
  cursor: Cursor,
): boolean {
  if (state.body === undefined) state.body = bodyOf(head, cursor.dialect, state.start);
  const outermost = state.parens === 0;
  if (kind === 'semicolon' && outermost && state.body?.openAt() === undefined) return true;
  if (outermost) state.body?.see(kind, cursor);
  if (kind === 'open') {
    if (outermost) state.parenAt = cursor.start;
    state.parens++;
  } else if (kind === 'close' && !outermost) {
    state.parens--;
  }
  return false;
}

/** Throws `ScriptProblem` where the script ends inside a body or a parenthesis. */
export function checkComplete(state: Boundary): void {
  if (state.parens > 0) throw new ScriptProblem('unterminated', state.parenAt, 'parenthesis');
  const open = state.body?.openAt();
  if (open !== undefined) throw new ScriptProblem('unterminated', open, 'BEGIN … END body');
}
