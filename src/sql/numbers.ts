import { code, isDigit, isTag } from './characters.ts';

/** Just behind the number at `start`: `12`, `1_000`, `0xFF`, `.5`, `1.5e-10`. */
export function numberEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  while (isTag(bytes[at])) at++;
  if (bytes[at] === code.dot) {
    at++;
    while (isTag(bytes[at])) at++;
  }
  if (!endsInExponent(bytes, start, at)) return at;
  at++;
  while (isDigit(bytes[at])) at++;
  return at;
}

/** Whether `at` is the sign in `1e-5`, and not the operator in `0xe-5`. */
function endsInExponent(bytes: Uint8Array, start: number, at: number): boolean {
  const last = bytes[at - 1];
  const signed = bytes[at] === code.minus || bytes[at] === code.plus;
  if (!signed || !isDigit(bytes[at + 1]) || (last !== 0x65 && last !== 0x45)) return false;
  const second = bytes[start + 1];
  return bytes[start] !== 0x30 || (second !== 0x78 && second !== 0x58);
}
