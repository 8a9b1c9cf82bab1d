import type { SourceLocation } from '../errors.ts';
import { code } from './characters.ts';
import { textStart } from './encoding.ts';

/** Bytes of a line that are shown on either side of the place, where a line is longer than both. */
const around = 120;

/**
 * Where a byte of a file stands, for the reader. A line of more than some hundred bytes is cut
 * around the place; `textColumn` then says where in `text` it is.
 */
export function locate(bytes: Uint8Array, offset: number, file: string): SourceLocation {
  const at = characterStart(bytes, Math.max(textStart(bytes), Math.min(offset, bytes.length)));
  const start = lineStart(bytes, at);
  const column = characters(bytes, start, at) + 1;
  const place = { file, line: lineNumber(bytes, start), column };

  const end = lineEnd(bytes, at);
  if (end - start <= 2 * around) return { ...place, text: decode(bytes, start, end) };
  const from = characterStart(bytes, Math.max(start, at - around));
  const to = characterStart(bytes, Math.min(end, at + around));
  const left = from > start ? '…' : '';
  const text = `${left}${decode(bytes, from, to)}${to < end ? '…' : ''}`;
  return { ...place, text, textColumn: left.length + characters(bytes, from, at) + 1 };
}

/**
 * Byte offset of the `character`th character, counted from 1, of the text that begins at byte
 * `start`: PostgreSQL reports places so. The end of the bytes where there are fewer.
 */
export function offsetOfCharacter(bytes: Uint8Array, start: number, character: number): number {
  let at = start;
  for (let count = 1; count < character && at < bytes.length; count++) {
    at++;
    while (isContinuation(bytes[at])) at++;
  }
  return at;
}

const isContinuation = (byte: number | undefined): boolean =>
  byte !== undefined && (byte & 0xc0) === 0x80;

/** The first byte of the character that `at` belongs to. */
function characterStart(bytes: Uint8Array, at: number): number {
  let start = at;
  while (start > 0 && isContinuation(bytes[start])) start--;
  return start;
}

function characters(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at++) if (!isContinuation(bytes[at])) count++;
  return count;
}

function lineStart(bytes: Uint8Array, at: number): number {
  // Searched from byte -1, it would be searched from the end.
  const newline = at > 0 ? bytes.lastIndexOf(code.newline, at - 1) : -1;
  return Math.max(textStart(bytes), newline + 1);
}

function lineNumber(bytes: Uint8Array, start: number): number {
  let line = 1;
  let at = bytes.indexOf(code.newline);
  while (at >= 0 && at < start) {
    line++;
    at = bytes.indexOf(code.newline, at + 1);
  }
  return line;
}

/** Without the line's end, of either kind. */
function lineEnd(bytes: Uint8Array, at: number): number {
  const newline = bytes.indexOf(code.newline, at);
  const end = newline < 0 ? bytes.length : newline;
  return end > at && bytes[end - 1] === code.carriageReturn ? end - 1 : end;
}

function decode(bytes: Uint8Array, from: number, to: number): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(from, to));
}
