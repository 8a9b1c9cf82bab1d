import { literal } from '../quoting.ts';
import type { LiveLocale } from './live.ts';

/** What scratch databases get where nothing is known, or the system lacks the live locale. */
export const plainLocale: LiveLocale = {
  encoding: 'UTF8',
  collate: 'C.UTF-8',
  ctype: 'C.UTF-8',
  provider: 'c',
  locale: null,
  icuRules: null,
};

/** Where even C.UTF-8 is missing. */
export const bareLocale: LiveLocale = { ...plainLocale, collate: 'C', ctype: 'C' };

/** initdb's options for a cluster whose databases all have this locale. */
export function initdbLocale({
  encoding,
  collate,
  ctype,
  provider,
  locale,
  icuRules,
}: LiveLocale): readonly string[] {
  const common = [`--encoding=${encoding}`, `--lc-collate=${collate}`, `--lc-ctype=${ctype}`];
  const rest = ['--lc-messages=C', '--lc-monetary=C', '--lc-numeric=C', '--lc-time=C'];
  const options: Readonly<Record<string, readonly string[]>> = {
    i: [
      '--locale-provider=icu',
      `--icu-locale=${locale ?? ''}`,
      ...(icuRules === null ? [] : [`--icu-rules=${icuRules}`]),
    ],
    b: ['--locale-provider=builtin', `--builtin-locale=${locale ?? ''}`],
  };
  return [...common, ...rest, ...(options[provider] ?? [])];
}

/** The end of a CREATE DATABASE whose database has this locale; `major` is that of the server. */
export function createDatabaseLocale(
  { encoding, collate, ctype, provider, locale, icuRules }: LiveLocale,
  major: number,
): string {
  const words = [
    `ENCODING ${literal(encoding)}`,
    `LC_COLLATE ${literal(collate)}`,
    `LC_CTYPE ${literal(ctype)}`,
    ...(major >= 15 ? [`LOCALE_PROVIDER ${providers[provider] ?? 'libc'}`] : []),
    ...(provider === 'i' ? [`ICU_LOCALE ${literal(locale ?? '')}`] : []),
    ...(provider === 'b' ? [`BUILTIN_LOCALE ${literal(locale ?? '')}`] : []),
    ...(icuRules === null ? [] : [`ICU_RULES ${literal(icuRules)}`]),
  ];
  return words.join(' ');
}

const providers: Readonly<Record<string, string>> = { c: 'libc', i: 'icu', b: 'builtin' };

/** The locale for the reader. */
export function localeLabel({ encoding, collate, provider, locale }: LiveLocale): string {
  return `${encoding}, ${locale ?? collate} of ${providers[provider] ?? 'libc'}`;
}
