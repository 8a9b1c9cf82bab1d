/** A length of time by the calendar. */
export interface Span {
  readonly years: number;
  readonly months: number;
  readonly days: number;
  readonly hours: number;
}

const spanPattern = /^(?:(\d{1,4})y)?(?:(\d{1,5})m)?(?:(\d{1,5})w)?(?:(\d{1,6})d)?(?:(\d{1,7})h)?$/;

/** Reads `30d`, `12h`, `2w`, `6m` (months), `1y6m`; null where the text is none of these. */
export function readSpan(text: string): Span | null {
  const found = text === '' ? null : spanPattern.exec(text);
  if (!found) return null;
  const [years, months, weeks, days, hours] = found.slice(1).map((part) => Number(part ?? 0));
  return {
    years: years ?? 0,
    months: months ?? 0,
    days: (days ?? 0) + 7 * (weeks ?? 0),
    hours: hours ?? 0,
  };
}
