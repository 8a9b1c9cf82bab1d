import { describe, expect, it } from 'vitest';
import { icuLocale } from '../../../src/engines/postgres/schema/icu-locale.ts';
import { postgresVersions } from '../../support/postgres.ts';
import { originalOf } from './schema-mutating.ts';

/** As somebody writes it, and as PostgreSQL 16 and newer keep it. */
const locales = [
  ['', 'und'],
  ['root', 'und'],
  ['EN_us', 'en-US'],
  ['en_US.UTF-8', 'en-US'],
  ['en_US_POSIX', 'en-US-u-va-posix'],
  ['iw_IL', 'he-IL'],
  ['zh_Hant_TW', 'zh-Hant-TW'],
  ['en-u-kn-true', 'en-u-kn'],
  ['und-u-ks-level2-kn-true', 'und-u-kn-ks-level2'],
  ['de@collation=phonebook', 'de-u-co-phonebk'],
  ['zh@collation=gb2312han', 'zh-u-co-gb2312'],
  ['@colCaseFirst=upper', 'und-u-kf-upper'],
  ['@colNumeric=no', 'und-u-kn-false'],
  ['@colStrength=secondary;colAlternate=shifted', 'und-u-ka-shifted-ks-level2'],
  ['@colStrength=identical', 'und-u-ks-identic'],
  ['@colAlternate=non-ignorable', 'und-u-ka-noignore'],
  ['@colBackwards=yes;colCaseLevel=yes;colNormalization=no', 'und-u-kb-kc-kk-false'],
  ['@colReorder=digit-Latn', 'und-u-kr-digit-latn'],
] as const;

it.for(locales)('is canonical: %s as %s', ([written, tag]) => {
  expect(icuLocale(written)).toBe(tag);
  expect(icuLocale(tag)).toBe(tag);
});

it.for(['C.UTF-8', 'de__PHONEBOOK', 'C', '@colVariableTop=0020'])('leaves %s as it is', (text) => {
  expect(icuLocale(text)).toBe(text);
});

describe.for(postgresVersions())('collations of PostgreSQL $major', ({ major }) => {
  it('have the same locale as on any other', async () => {
    const create = locales.map(
      ([written], at) => `CREATE COLLATION c${at} (PROVIDER = icu, LOCALE = '${written}');`,
    );
    await using original = await originalOf(major, create.join('\n'), []);
    const read = original.schema.objects
      .filter(({ type }) => type === 'collation')
      .map(({ name, attributes }) => [name, attributes['locale']]);
    expect(new Map(read as [string, string][])).toEqual(
      new Map(locales.map(([, tag], at) => [`c${at}`, tag])),
    );
  });
});
