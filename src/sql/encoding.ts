import { isUtf8 } from 'node:buffer';
import { ScriptProblem } from './problem.ts';

const byteOrderMark = [0xef, 0xbb, 0xbf];

/** Byte offset of the first character: behind a byte order mark. */
export function textStart(bytes: Uint8Array): number {
  return byteOrderMark.every((byte, at) => bytes[at] === byte) ? byteOrderMark.length : 0;
}

/** Throws `ScriptProblem` where the bytes are not text in UTF-8. */
export function checkEncoding(bytes: Uint8Array): void {
  const first = (bytes[0] ?? 0) * 256 + (bytes[1] ?? 0);
  if (first === 0xfffe || first === 0xfeff)
    throw new ScriptProblem('not-utf8', 0, 'UTF-16 byte order mark');
  const zero = bytes.indexOf(0);
  if (zero >= 0) throw new ScriptProblem('null-byte', zero, 'null byte');
  if (isUtf8(bytes)) return;
  const at = firstInvalid(bytes);
  const found = (bytes[at] ?? 0).toString(16).padStart(2, '0');
  throw new ScriptProblem('not-utf8', at, `byte 0x${found}`);
}

function firstInvalid(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    const length = characterLength(bytes[at] ?? 0);
    if (length > 1 && !isUtf8(bytes.subarray(at, at + length))) return at;
    at += length;
  }
  return at;
}

/** Bytes of the character that begins with `lead`. */
function characterLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}
