/** A length of time by the calendar. */
export interface Span {
  readonly years: number;
  readonly months: number;
  readonly days: number;
  readonly hours: number;
  readonly seconds: number;
}

const spanPattern =
  /^(?:(\d{1,4})y)?(?:(\d{1,5})m)?(?:(\d{1,5})w)?(?:(\d{1,6})d)?(?:(\d{1,7})h)?(?:(\d{1,8})min)?(?:(\d{1,9})s)?$/;

/** Reads `30d`, `12h`, `2w`, `6m` (months), `1y6m`, `90min`, `30s`; null where it is none of these. */
export function readSpan(text: string): Span | null {
  const found = text === '' ? null : spanPattern.exec(text);
  if (!found) return null;
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = found
    .slice(1)
    .map((part) => Number(part ?? 0));
  return { years, months, days: days + 7 * weeks, hours, seconds: seconds + 60 * minutes };
}

/** The time a span before `date`; a day that its month lacks is the last one it has. */
export function before(date: Date, { years, months, days, hours, seconds }: Span): Date {
  const result = new Date(date);
  const day = date.getUTCDate();
  result.setUTCDate(1);
  result.setUTCMonth(date.getUTCMonth() - months - 12 * years);
  const last = new Date(Date.UTC(result.getUTCFullYear(), result.getUTCMonth() + 1, 0));
  result.setUTCDate(Math.min(day, last.getUTCDate()));
  const exact = days * 86_400 + hours * 3600 + seconds;
  return new Date(result.getTime() - exact * 1000);
}
