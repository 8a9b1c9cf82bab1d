import type { Layout } from './layouts/layout.ts';
import type { Migration } from './migration.ts';
import type { NumberedName } from './naming.ts';
import { compareVersions } from './order.ts';

/**
 * The name of a migration that comes after all of `migrations` (in order), its number written as
 * theirs are: the next of a sequence, padded as wide, or the time `now` in UTC.
 */
export function nextName(
  migrations: readonly Migration[],
  layout: Pick<Layout, 'parse' | 'first'>,
  now: Date,
  rest: string,
): string {
  const last = layout.parse(migrations.at(-1)?.name ?? '');
  if (!last) return `${layout.first.prefix}0001${layout.first.separator}${rest}`;
  const separator = /^[-_.]+$/.test(last.separator) ? last.separator : layout.first.separator;
  return last.prefix + nextNumber(last, now, layout) + (rest && separator + rest);
}

function nextNumber(
  { number, prefix, version }: NumberedName,
  now: Date,
  layout: Pick<Layout, 'parse' | 'first'>,
): string {
  const time = timeLike(number, now);
  const behind = time === null ? null : layout.parse(`${prefix}${time}_x`);
  return time !== null && behind && compareVersions(behind.version, version) > 0
    ? time
    : increment(number);
}

/** `now` written as `number` is, where that is a time; else null. */
function timeLike(number: string, now: Date): string | null {
  const digits = number.replace(/\D/g, '');
  const utc = now.toISOString().replace(/\D/g, '');
  if (/^\d{4}-\d{2}-\d{2}/.test(number)) return fill(number, utc.slice(0, 14));
  if (digits !== number) return null;
  if (/^(19|20|21)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])(\d{4}|\d{6}|\d{9})?$/.test(number))
    return utc.slice(0, number.length);
  const milliseconds = String(now.getTime());
  if (/^1\d{12}$/.test(number)) return milliseconds;
  return /^1\d{9}$/.test(number) ? milliseconds.slice(0, 10) : null;
}

/** Writes `digits` over the digits of `pattern`, and zeros over what is left. */
function fill(pattern: string, digits: string): string {
  let at = 0;
  return pattern.replace(/\d/g, () => digits[at++] ?? '0');
}

/** The last part one higher, as wide as before: `0009` → `0010`, `1_09` → `1_10`. */
function increment(number: string): string {
  return number.replace(/\d+$/, (last) => String(BigInt(last) + 1n).padStart(last.length, '0'));
}
