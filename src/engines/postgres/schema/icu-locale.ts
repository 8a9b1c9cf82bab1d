/** Keywords of ICU's own locale names, and what a language tag calls them. */
const tagKeys: Readonly<Record<string, string>> = {
  calendar: 'ca',
  colalternate: 'ka',
  colbackwards: 'kb',
  colcasefirst: 'kf',
  colcaselevel: 'kc',
  colhiraganaquaternary: 'kh',
  collation: 'co',
  colnormalization: 'kk',
  colnumeric: 'kn',
  colreorder: 'kr',
  colstrength: 'ks',
  currency: 'cu',
  numbers: 'nu',
};

/** The same for those of their values that have another name in a language tag. */
const tagValues: Readonly<Record<string, string>> = {
  'co-dictionary': 'dict',
  'co-gb2312han': 'gb2312',
  'co-phonebook': 'phonebk',
  'co-traditional': 'trad',
  'ka-non-ignorable': 'noignore',
  'ks-primary': 'level1',
  'ks-secondary': 'level2',
  'ks-tertiary': 'level3',
  'ks-quaternary': 'level4',
  'ks-quarternary': 'level4',
  'ks-identical': 'identic',
};

/**
 * A locale of ICU as a language tag in its canonical form: `de-u-co-phonebk` for
 * `de@collation=phonebook`. PostgreSQL 16 and newer keep that, older ones what somebody wrote. What
 * cannot be read as a locale stays as it is.
 */
export function icuLocale(locale: string): string {
  const [base = '', keywords = ''] = locale.split('@', 2);
  const language = base
    .replace(/\..*$/, '')
    .replaceAll('_', '-')
    .replace(/^(?:root(?=-|$)|(?=-|$))/i, 'und');
  const extension = keywords.split(';').flatMap(tagged).join('-');
  try {
    const joined = extension === '' ? language : `${language}-u-${extension}`;
    return (
      Intl.getCanonicalLocales(joined)[0]?.replace(/-(k[bcfhkn])-no\b/g, '-$1-false') ?? locale
    );
  } catch {
    return locale;
  }
}

/** `co-phonebk` for `collation=phonebook`; nothing for an empty text. */
function tagged(keyword: string): string[] {
  const [name = '', value = ''] = keyword.toLowerCase().split('=', 2);
  if (name.trim() === '') return [];
  const key = tagKeys[name.trim()] ?? name.trim();
  return [`${key}-${tagValues[`${key}-${value.trim()}`] ?? value.trim()}`];
}
