import { code, isSymbol } from './characters.ts';

/** Of a dialect with a fixed list, the operators of more than one sign; longest first. */
const fixedOperators = ['->>', '->', '||', '<=', '<>', '<<', '>=', '>>', '==', '!='];

/** A run of symbols that holds one of these may end in `+` or `-`. */
const anyEnd = new Set([...'~!@#^&|`?%'].map((sign) => sign.charCodeAt(0)));

/** Just behind the operator at `start`, from a fixed list. */
export function fixedOperatorEnd(bytes: Buffer, start: number): number {
  const text = bytes.toString('latin1', start, start + 3);
  const found = fixedOperators.find((operator) => text.startsWith(operator));
  return start + (found?.length ?? 1);
}

/**
 * Just behind the operator at `start`, by PostgreSQL's rule: a run of symbols up to a comment,
 * without `+` and `-` at its end, so that `a=-1` is what `a = -1` is.
 */
export function freeOperatorEnd(bytes: Uint8Array, start: number): number {
  let end = start;
  let mayEndInSign = false;
  while (isSymbol(bytes[end]) && !beginsComment(bytes, end)) {
    mayEndInSign ||= anyEnd.has(bytes[end] ?? 0);
    end++;
  }
  while (!mayEndInSign && end > start + 1 && isSign(bytes[end - 1])) end--;
  return Math.max(end, start + 1);
}

const isSign = (byte: number | undefined): boolean => byte === code.plus || byte === code.minus;

function beginsComment(bytes: Uint8Array, at: number): boolean {
  const first = bytes[at];
  return (
    (first === code.minus && bytes[at + 1] === code.minus) ||
    (first === code.slash && bytes[at + 1] === code.star)
  );
}
