import { isSpace } from '../../sql/characters.ts';
import { code } from '../../sql/characters.ts';
import { commentEnd } from '../../sql/gaps.ts';
import type { LineComment } from '../../sql/leading-comments.ts';
import { nextToken, openCursor } from '../../sql/lexer.ts';
import type { Dialect, Statement } from '../../sql/statements.ts';

/** The `--` comments between two places that hold no more than comments, space and semicolons. */
export function commentsBetween(
  bytes: Uint8Array,
  from: number,
  to: number,
  dialect: Dialect,
): LineComment[] {
  const found: LineComment[] = [];
  let at = from;
  while (at < to) {
    const end = commentEnd(bytes, at, dialect);
    if (end === at) {
      if (!isSpace(bytes[at]) && bytes[at] !== semicolon) return found;
      at++;
      continue;
    }
    if (bytes[at] === code.minus)
      found.push({ start: at, text: new TextDecoder().decode(bytes.subarray(at, end)).trimEnd() });
    at = end;
  }
  return found;
}

const semicolon = 0x3b;

/** The `--` comments within a statement. */
export function commentsWithin(
  bytes: Uint8Array,
  { start, end }: Statement,
  dialect: Dialect,
): LineComment[] {
  const cursor = openCursor(bytes, dialect, start);
  const found: LineComment[] = [];
  for (;;) {
    const behind = cursor.end;
    const kind = nextToken(cursor);
    if (kind === 'end' || cursor.start >= end) return found;
    found.push(...commentsBetween(bytes, behind, cursor.start, dialect));
  }
}
