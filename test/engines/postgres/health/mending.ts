const begins = /\b(?:ALTER|CREATE|DROP|GRANT|REINDEX|REVOKE)\b.*/;

/**
 * What a reader would run of a hint: of several ways, the first that is whole SQL; up to where it
 * goes on in words.
 */
export function mendingSql(hint: string): { readonly sql: string; readonly database?: string } {
  const database = /^In (\w+): REINDEX/.exec(hint)?.[1];
  const ways = hint.split(/; (?:or|where|then)\b/).flatMap((way) => begins.exec(way) ?? []);
  const whole = ways.find((way) => !way.includes('…'));
  if (whole === undefined) throw new Error(`no SQL to run in: ${hint}`);
  return { sql: whole.split(' -- ')[0]!, ...(database !== undefined && { database }) };
}
