const sizes = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** Bytes for people, in powers of 1000: `512 B`, `1.2 GB`. */
export function inBytes(bytes: number): string {
  const thousands = bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3);
  const power = Math.min(thousands, sizes.length - 1);
  const value = bytes / 1000 ** power;
  return `${value.toFixed(power > 0 && value < 10 ? 1 : 0)} ${sizes[power]}`;
}

/** Seconds for people: `45 s`, `12 min`, `30 h`, `9 d`. */
export function inTime(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800
    ? `${Math.round(seconds / 3600)} h`
    : `${Math.round(seconds / 86_400)} d`;
}

/** `1 table is`, `3 tables are`: a count with its noun and its verb. */
export function counted(number: number, one: string, more: string): string {
  return `${number} ${number === 1 ? one : more}`;
}

/** Millions of what is counted in them: `212 M`; less than one in full. */
export function inMillions(number: number): string {
  return number < 1e6 ? String(number) : `${Math.round(number / 1e6)} M`;
}

/** A name of the catalogs as an identifier that needs no knowledge of keywords. */
export function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as a literal of SQL. */
export function quotedText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The second of a moment that came as ISO 8601 text. */
export function atSecond(moment: string | null | undefined): string {
  if (!moment) return 'an unknown time';
  return `${moment.slice(0, 19).replace('T', ' ')} UTC`;
}
