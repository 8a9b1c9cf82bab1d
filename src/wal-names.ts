/** A file of the write-ahead log, as its name tells it (xlog_internal.h). */
export interface WalName {
  readonly name: string;
  /**
   * `partial`: a segment that was not filled. `backup`: where a base backup began and ended.
   * `history`: which timelines it descends from.
   */
  readonly kind: 'segment' | 'partial' | 'backup' | 'history';
  readonly timeline: number;
  /** High and low half of the segment's number as they stand in the name; null for a history. */
  readonly at: { readonly log: number; readonly part: number } | null;
}

const pattern =
  /^([0-9A-F]{8})(?:\.history|([0-9A-F]{8})([0-9A-F]{8})(\.partial|\.[0-9A-F]{8}\.backup)?)$/;

/** Null where the name is none that PostgreSQL gives to what it archives. */
export function parseWalName(name: string): WalName | null {
  const [, timeline = '', log, part, end] = pattern.exec(name) ?? [];
  if (timeline === '' || /^0+$/.test(timeline)) return null;
  const known = { name, timeline: Number.parseInt(timeline, 16) };
  if (log === undefined || part === undefined) return { ...known, kind: 'history', at: null };
  const at = { log: Number.parseInt(log, 16), part: Number.parseInt(part, 16) };
  if (end === undefined) return { ...known, kind: 'segment', at };
  return { ...known, kind: end === '.partial' ? 'partial' : 'backup', at };
}

/** Bytes of the log that share the first half of a segment's number. */
const logBytes = 2 ** 32;

/** Counts segments of `segmentBytes` from the beginning of the log; null where there is no such. */
export function segmentNumber(
  { log, part }: { readonly log: number; readonly part: number },
  segmentBytes: number,
): number | null {
  const perLog = logBytes / segmentBytes;
  return part < perLog ? log * perLog + part : null;
}

/** The name of a segment by its number; see `segmentNumber`. */
export function segmentName(timeline: number, number: number, segmentBytes: number): string {
  const perLog = logBytes / segmentBytes;
  return [timeline, Math.floor(number / perLog), number % perLog].map(digits).join('');
}

/** Where a segment begins in the log, as PostgreSQL writes it: `16/B374D848`. */
export function lsnText(lsn: bigint): string {
  return `${(lsn >> 32n).toString(16)}/${(lsn & 0xffffffffn).toString(16)}`.toUpperCase();
}

/** Reads what `lsnText` writes; null where it is none. */
export function parseLsn(text: string): bigint | null {
  const [, high, low] = /^([0-9A-Fa-f]{1,8})\/([0-9A-Fa-f]{1,8})$/.exec(text) ?? [];
  return high && low ? (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`) : null;
}

function digits(number: number): string {
  return number.toString(16).toUpperCase().padStart(8, '0');
}
