const units = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const pattern = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|min|h|d)\s*$/i;

/** Timers count in 32 bits: a longer time, about 24 days, would be over at once. */
const longestTimer = 2 ** 31 - 1;

/** Milliseconds of `500ms`, `5s`, `1.5min`, `1h`, `31d`; null where the text is none of these. */
export function parseTime(text: string): number | null {
  const [, amount, unit] = pattern.exec(text) ?? [];
  if (amount === undefined || unit === undefined) return null;
  const found = Object.entries(units).find(([name]) => name === unit.toLowerCase());
  return found === undefined ? null : Math.round(Number(amount) * found[1]);
}

/** The same for what a timer will count, at most some 24 days. */
export function parseDuration(text: string): number | null {
  const ms = parseTime(text);
  return ms === null ? null : Math.min(ms, longestTimer);
}
