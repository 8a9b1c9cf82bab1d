import { size } from './text.ts';

interface Measured {
  /** In bytes. */
  readonly done: number;
  readonly total: number;
  readonly what: string;
}

const barWidth = 20;
/** Columns of the whole line, with room for the spinner before it. */
const width = 76;
/** Before this much is known an estimate would only jump about. */
const leastMs = 2000;
const leastPart = 0.01;

/**
 * One line of progress after `elapsedMs`: a bar, percent, bytes and the time left, as far as that
 * can be told: `[########............]  42 %  1.2 GB of 2.9 GB, 12 s left  public.orders`.
 */
export function progressLine({ done, total, what }: Measured, elapsedMs: number): string {
  if (total <= 0) return cut(what);
  // A total is told beforehand and may fall short: it is not over before it is over.
  const part = Math.min(Math.max(done / total, 0), 0.99);
  const filled = Math.floor(part * barWidth);
  const bar = `[${'#'.repeat(filled)}${'.'.repeat(barWidth - filled)}]`;
  const percent = `${String(Math.floor(part * 100)).padStart(3)} %`;
  const left = leftOf(part, elapsedMs);
  const amount = `${size(Math.min(done, total))} of ${size(total)}${left ? `, ${left} left` : ''}`;
  return cut([bar, percent, amount, what].join('  ').trimEnd());
}

function leftOf(part: number, elapsedMs: number): string {
  if (elapsedMs < leastMs || part < leastPart) return '';
  const seconds = Math.max(1, Math.ceil((elapsedMs * (1 - part)) / part / 1000));
  return seconds < 90 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}

function cut(line: string): string {
  return line.length <= width ? line : `${line.slice(0, width - 1)}…`;
}
