import { parseSegmentHeader, readerOf } from './header.ts';

/** Bytes of the header of a segment's first page, and of any other (xlog_internal.h). */
const longHeader = 40;
const shortHeader = 24;
/** XLP_FIRST_IS_CONTRECORD, XLP_FIRST_IS_OVERWRITE_CONTRECORD. */
const continues = 0x0001;
const overwrites = 0x0008;

/** A segment without the headers of its pages: records follow each other in it without a break. */
export interface Stripped {
  readonly data: Buffer;
  /** Bytes at the beginning of a record that began in an earlier segment. */
  readonly continued: number;
  /** Places in `data` before which a record was given up half-way, after a crash. */
  readonly restarts: readonly number[];
  /** Whether all of its pages are of it: the log goes on in the next segment. */
  readonly whole: boolean;
  /** The position in the log of a place in `data`. */
  lsnAt(place: number): number;
}

/** Null where the bytes do not begin as a segment does. Pages left from an older one end it. */
export function strip(segment: Buffer): Stripped | null {
  const header = parseSegmentHeader(segment);
  if (!header) return null;
  const read = readerOf(segment);
  const base = Number(header.pageAddress);
  const magic = read.u16(0);
  const pageBytes = read.u32(36);
  const pages: Buffer[] = [];
  const restarts: number[] = [];
  let bytes = 0;
  let at = 0;
  for (; at + pageBytes <= segment.length; at += pageBytes) {
    if (read.u16(at) !== magic || Number(read.u64(at + 8)) !== base + at) break;
    if (at > 0 && (read.u16(at + 2) & overwrites) !== 0) restarts.push(bytes);
    const page = segment.subarray(at + (at === 0 ? longHeader : shortHeader), at + pageBytes);
    pages.push(page);
    bytes += page.length;
  }
  const first = pageBytes - longHeader;
  const other = pageBytes - shortHeader;
  return {
    data: Buffer.concat(pages),
    continued: (read.u16(2) & continues) === 0 ? 0 : read.u32(16),
    restarts,
    whole: at === segment.length,
    lsnAt(place) {
      if (place < first) return base + longHeader + place;
      const page = Math.floor((place - first) / other);
      return base + pageBytes * (page + 1) + shortHeader + ((place - first) % other);
    },
  };
}
