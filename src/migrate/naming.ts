/** A migration's name taken apart: `V` `0001` `.` `Initial_Schema`. */
export interface NumberedName {
  readonly prefix: string;
  /** As written: `0004`, `20261121103000`, `2026-11-21-103000`, `1.2`. */
  readonly number: string;
  readonly version: readonly bigint[];
  readonly separator: string;
  readonly rest: string;
}

const dated = /^\d{4}-\d{2}-\d{2}(?:[-_T ]?\d{2}[-:.]?\d{2}(?:[-:.]?\d{2})?(?:-\d{4})?)?(?![0-9])/;
const dotted = /^\d+(?:\.\d+)*(?![0-9A-Za-z])/;
const secondDigits = 14;

/**
 * Takes a name apart; null where it does not start with a number or a time. A `V` may stand
 * before the number, as several tools have it.
 */
export function parseName(name: string): NumberedName | null {
  const prefix = /^[Vv](?=\d)/.exec(name)?.[0] ?? '';
  const bare = name.slice(prefix.length);
  const time = dated.exec(bare)?.[0];
  const number = time ?? dotted.exec(bare)?.[0] ?? /^\d+/.exec(bare)?.[0];
  if (number === undefined) return null;
  const version = time === undefined ? number.split('.').map(BigInt) : timeVersion(time);
  return { prefix, number, version, ...splitRest(bare.slice(number.length)) };
}

/** `_add_users` → separator `_`, rest `add_users`. */
function splitRest(text: string): { separator: string; rest: string } {
  const separator = /^[-_. ]*/.exec(text)?.[0] ?? '';
  return { separator, rest: text.slice(separator.length) };
}

/** The digits alone, without leading zeros: how ledgers write the number of `name`. */
export function versionDigits(text: string): string {
  return text.replace(/\D/g, '').replace(/^0+(?=\d)/, '');
}

/**
 * Times are compared as text by the tools that write them with dashes, so that one with a
 * counter behind the seconds stands between two without: the counter is a part of its own.
 */
function timeVersion(time: string): bigint[] {
  const digits = time.replace(/\D/g, '').padEnd(secondDigits, '0');
  const counter = digits.slice(secondDigits);
  const seconds = BigInt(digits.slice(0, secondDigits));
  return counter === '' ? [seconds] : [seconds, BigInt(counter)];
}

/** The name in the form of a file's name: `Add user's e-mail!` → `add_user_s_e_mail`. */
export function slug(text: string, joiner = '_'): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .join(joiner)
    .slice(0, 100);
}
