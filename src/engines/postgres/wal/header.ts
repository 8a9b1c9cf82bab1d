import { endianness } from 'node:os';

/** The first page of a segment: XLogLongPageHeaderData of access/xlog_internal.h. */
export interface SegmentHeader {
  readonly timeline: number;
  /** Where the segment begins in the log. */
  readonly pageAddress: bigint;
  /** Decimal. */
  readonly systemIdentifier: string;
  readonly segmentBytes: number;
}

/** Bytes of the header. */
export const headerBytes = 40;
/** XLP_LONG_HEADER. */
const longHeader = 0x0002;

/** Null where the bytes do not begin as a segment of this machine's PostgreSQL does. */
export function parseSegmentHeader(bytes: Buffer): SegmentHeader | null {
  if (bytes.length < headerBytes) return null;
  const read = readerOf(bytes);
  // XLOG_PAGE_MAGIC counts upwards from 0xD000; no release has left that row.
  const isPage = read.u16(0) >> 8 >= 0xd0 && read.u16(0) >> 8 <= 0xdf;
  const segmentBytes = read.u32(32);
  if (!isPage || (read.u16(2) & longHeader) === 0 || !isSegmentSize(segmentBytes)) return null;
  return {
    timeline: read.u32(4),
    pageAddress: read.u64(8),
    systemIdentifier: String(read.u64(24)),
    segmentBytes,
  };
}

/** IsValidWalSegSize: a power of two from 1 MB to 1 GB. */
function isSegmentSize(bytes: number): boolean {
  return bytes >= 2 ** 20 && bytes <= 2 ** 30 && Number.isInteger(Math.log2(bytes));
}

/** ControlFileData of catalog/pg_control.h begins with the identifier; null: it is no such file. */
export function parseControlFile(bytes: Buffer): string | null {
  if (bytes.length < 16) return null;
  const read = readerOf(bytes);
  const version = read.u32(8);
  const identifier = read.u64(0);
  return version >= 900 && version <= 9999 && identifier > 0n ? String(identifier) : null;
}

/** The server writes as its processor does. */
export function readerOf(bytes: Buffer) {
  const little = endianness() === 'LE';
  return {
    u16: (at: number) => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at)),
    u32: (at: number) => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at)),
    u64: (at: number) => (little ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at)),
  };
}
