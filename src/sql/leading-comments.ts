import { code, isSpace } from './characters.ts';
import { textStart } from './encoding.ts';
import { commentEnd } from './gaps.ts';

/** A `--` comment: its text without the line's end, and the byte it begins at. */
export interface LineComment {
  readonly start: number;
  readonly text: string;
}

const anyDialect = { nestedComments: false, returnEndsComment: true };

/** The `--` comments before the first statement; block comments are passed over. */
export function* leadingComments(bytes: Uint8Array): Generator<LineComment> {
  let at = textStart(bytes);
  for (;;) {
    while (isSpace(bytes[at])) at++;
    const end = commentEnd(bytes, at, anyDialect);
    if (end === at) return;
    if (bytes[at] === code.minus)
      yield { start: at, text: new TextDecoder().decode(bytes.subarray(at, end)).trimEnd() };
    at = end;
  }
}
