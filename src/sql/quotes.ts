import { code, isTag, isWordStart } from './characters.ts';
import { ScriptProblem } from './problem.ts';

/** Longer things are searched by the runtime, which is slow to start and fast to go on. */
const nearby = 64;

/** Offset of the next `byte`, or -1. */
function find(bytes: Uint8Array, byte: number, from: number): number {
  const near = Math.min(from + nearby, bytes.length);
  for (let at = from; at < near; at++) if (bytes[at] === byte) return at;
  return near < bytes.length ? bytes.indexOf(byte, near) : -1;
}

/**
 * Just behind the quote that closes at `open`; a doubled quote stands for itself.
 * Throws `ScriptProblem` that begins at `start`, where a prefix stands.
 */
export function quotedEnd(bytes: Uint8Array, open: number, start: number, found: string): number {
  const quote = bytes[open] ?? 0;
  let at = find(bytes, quote, open + 1);
  while (at >= 0 && bytes[at + 1] === quote) at = find(bytes, quote, at + 2);
  if (at < 0) throw new ScriptProblem('unterminated', start, found);
  return at + 1;
}

/** The same for a string in which `\` escapes the next character. */
export function escapedEnd(bytes: Uint8Array, open: number, start: number): number {
  let at = open + 1;
  while (at < bytes.length) {
    const byte = bytes[at];
    if (byte === code.backslash) at += 2;
    else if (byte !== code.quote) at++;
    else if (bytes[at + 1] === code.quote) at += 2;
    else return at + 1;
  }
  throw new ScriptProblem('unterminated', start, 'string');
}

/** Just behind the `]` that ends a `[name]`: it cannot be doubled. */
export function bracketedEnd(bytes: Uint8Array, open: number): number {
  const at = find(bytes, code.closeBracket, open + 1);
  if (at < 0) throw new ScriptProblem('unterminated', open, 'quoted name');
  return at + 1;
}

/** Just behind the dollar-quoted string that begins at `start`; `start` where none does. */
export function dollarQuotedEnd(bytes: Buffer, start: number): number {
  let at = start + 1;
  if (isWordStart(bytes[at])) while (isTag(bytes[at])) at++;
  if (bytes[at] !== code.dollar) return start;
  const tag = bytes.subarray(start, at + 1);
  const close = bytes.indexOf(tag, at + 1);
  if (close < 0) throw new ScriptProblem('unterminated', start, `${tag.toString()} string`);
  return close + tag.length;
}
