/** Finds out what SQLite says of a piece of SQL without running it; null: nothing is wrong. */
export type Complaint = (sql: string) => string | null;

/**
 * Where in a statement an error of SQLite happened: the index of a character, or null where its
 * words do not tell. The driver keeps SQLite's own offset to itself.
 */
export function placeOf(sql: string, message: string, complaint: Complaint): number | null {
  const syntax = /^near "([\s\S]+)": syntax error/.exec(message)?.[1];
  if (syntax !== undefined) return firstBad(sql, syntax, message, complaint);
  const token = /^unrecognized token: "([\s\S]+)"/.exec(message)?.[1];
  if (token !== undefined) return found(sql.indexOf(token));
  if (message.startsWith('incomplete input')) return sql.trimEnd().length;
  const twice = /^duplicate column name: (.+)/.exec(message)?.[1];
  if (twice !== undefined) return lastWord(sql, twice);
  const name = missing.exec(message)?.[1];
  return name === undefined ? null : firstWord(sql, name);
}

const missing =
  /^(?:no such [a-z ]+: |ambiguous column name: |table .+ has no column named |wrong number of arguments to function |(?:table|view|index|trigger|there is already an? \w+ named) )"?(.+?)"?(?:\(\)| already exists| - should this be .*)?$/;

/** The token may stand there more than once; SQLite stopped at the first that it cannot read. */
function firstBad(
  sql: string,
  token: string,
  message: string,
  complaint: Complaint,
): number | null {
  const places = occurrences(sql, token);
  const bad = places.find((at) => complaint(sql.slice(0, at + token.length)) === message);
  return bad ?? places[0] ?? null;
}

function occurrences(sql: string, token: string): readonly number[] {
  const places: number[] = [];
  const masked = withoutText(sql);
  for (const text of masked.includes(token) ? [masked] : [sql])
    for (
      let at = text.indexOf(token);
      at >= 0 && places.length < 100;
      at = text.indexOf(token, at + 1)
    )
      places.push(at);
  return places;
}

function firstWord(sql: string, name: string): number | null {
  return words(sql, name)[0] ?? null;
}

function lastWord(sql: string, name: string): number | null {
  return words(sql, name).at(-1) ?? null;
}

/** `main.t` may be written `t`; names are compared as SQLite does, by ASCII letters. */
function words(sql: string, name: string): readonly number[] {
  for (const wanted of [name, name.replace(/^.*\./, '')]) {
    const pattern = wanted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const edge = String.raw`[\w$\u0080-\uffff]`;
    const matches = withoutText(sql).matchAll(
      new RegExp(`(?<!${edge})${pattern}(?!${edge})`, 'gi'),
    );
    const places = [...matches].map(
      ({ index }) => index - Number(/["`[]/.test(sql[index - 1] ?? '')),
    );
    if (places.length > 0) return places;
  }
  return [];
}

/** Strings and comments as spaces of the same length. */
function withoutText(sql: string): string {
  return sql.replace(/'(?:[^']|'')*'|--[^\n]*|\/\*[\s\S]*?\*\//g, (text) =>
    ' '.repeat(text.length),
  );
}

function found(index: number): number | null {
  return index < 0 ? null : index;
}
