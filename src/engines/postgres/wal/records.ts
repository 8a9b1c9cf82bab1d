import { endianness } from 'node:os';
import type { WalEvent, WalReader, WalReading } from '../../archiving.ts';
import { crc32c } from './crc32c.ts';
import { readerOf } from './header.ts';
import { strip } from './pages.ts';

/** XLogRecord of access/xlogrecord.h. */
const headerBytes = 24;
const offsets = { previous: 8, info: 16, manager: 17, crc: 20 } as const;
/** RM_XLOG_ID, RM_XACT_ID; their records (catalog/pg_control.h, access/xact.h). */
const logManager = 0;
const transactionManager = 1;
const switchRecord = 0x40;
const restorePoint = 0x70;
/** Commit, abort, and those of prepared transactions. */
const endings: readonly number[] = [0x00, 0x20, 0x30, 0x40];
/** Microseconds from 1970 to 2000, where the server's clock begins. */
const epoch = 946_684_800_000_000n;

const little = endianness() === 'LE';

/** A record that goes on in the next segment. */
interface Begun {
  readonly lsn: number;
  readonly pieces: Buffer[];
  missing: number;
}

/**
 * Reads the log as far as recovery does: each record must say where the one before it begins, and
 * those that are told have their checksum compared. What is behind the end, as a server that uses
 * files again leaves it, is not taken for records. From PostgreSQL 9.5 to 18 the form is one.
 */
export function walReader(): WalReader {
  let begun: Begun | null = null;
  let previous: number | null = null;

  function follows(record: Buffer, lsn: number): boolean {
    const says = positionIn(record, offsets.previous);
    if (previous !== null && says !== previous) return false;
    previous = lsn;
    return true;
  }

  function finish(rest: Buffer): { readonly record: Buffer; readonly lsn: number } | null {
    if (begun === null) return null;
    begun.pieces.push(Buffer.from(rest));
    begun.missing -= rest.length;
    if (begun.missing > 0) return null;
    const { pieces, lsn } = begun;
    begun = null;
    return { record: Buffer.concat(pieces), lsn };
  }

  return {
    read(segment): WalReading {
      const stripped = strip(segment);
      const events: WalEvent[] = [];
      let last: number | null = null;
      const told = (): WalReading => ({ events, lastRecord: last === null ? null : BigInt(last) });
      if (!stripped) return told();
      const { data, continued, restarts, whole, lsnAt } = stripped;
      const take = (record: Buffer, lsn: number): boolean => {
        if (!follows(record, lsn)) return false;
        last = lsn;
        const event = eventOf(record, lsn);
        if (event) events.push(event);
        return !isSwitch(record);
      };
      if (continued === 0) begun = null;
      else {
        const finished = finish(data.subarray(0, continued));
        if (continued > data.length) return told();
        if (finished && !take(finished.record, finished.lsn)) return told();
      }
      const read = readerOf(data);
      for (let at = aligned(continued); at + 4 <= data.length;) {
        const bytes = read.u32(at);
        if (bytes < headerBytes) break;
        const restart = restarts.find((one) => one > at && one < at + bytes);
        if (restart !== undefined) {
          at = restart;
          continue;
        }
        const record = data.subarray(at, at + bytes);
        if (record.length < bytes) {
          const missing = bytes - record.length;
          if (whole) begun = { lsn: lsnAt(at), pieces: [Buffer.from(record)], missing };
          break;
        }
        if (!take(record, lsnAt(at))) break;
        at = aligned(at + bytes);
      }
      return told();
    },
  };
}

/** No log is longer than a number can tell exactly: that would be 9 PB. */
function positionIn(record: Buffer, at: number): number {
  return little
    ? record.readUInt32LE(at + 4) * 2 ** 32 + record.readUInt32LE(at)
    : record.readUInt32BE(at) * 2 ** 32 + record.readUInt32BE(at + 4);
}

/** MAXALIGN. */
function aligned(place: number): number {
  return Math.ceil(place / 8) * 8;
}

/** What is behind it in its segment is no log. */
function isSwitch(record: Buffer): boolean {
  return (
    record[offsets.manager] === logManager && ((record[offsets.info] ?? 0) & 0xf0) === switchRecord
  );
}

function eventOf(record: Buffer, lsn: number): WalEvent | null {
  const manager = record[offsets.manager];
  const info = record[offsets.info] ?? 0;
  const isEnd = manager === transactionManager && endings.includes(info & 0x70);
  const isPoint = manager === logManager && (info & 0xf0) === restorePoint;
  if ((!isEnd && !isPoint) || !isIntact(record)) return null;
  const main = mainData(record);
  if (main === null || main.length < 8) return null;
  const at = BigInt.asIntN(64, readerOf(main).u64(0)) + epoch;
  if (isEnd) return { kind: 'transaction', lsn: BigInt(lsn), at, name: '' };
  const end = main.indexOf(0, 8);
  const name = main.toString('utf8', 8, end === -1 ? main.length : end);
  return { kind: 'restore point', lsn: BigInt(lsn), at, name };
}

/** The checksum is of what follows the header, and then of the header before it. */
function isIntact(record: Buffer): boolean {
  const found = crc32c([record.subarray(headerBytes), record.subarray(0, offsets.crc)]);
  return found === readerOf(record).u32(offsets.crc);
}

/** XLR_BLOCK_ID_* of access/xlogrecord.h, each with the bytes of what follows it. */
const short = 255;
const long = 254;
const skipped: Readonly<Record<number, number>> = { 253: 2, 252: 4 };

/** The record's own data, which stands last; null where it has none, or pages before it. */
function mainData(record: Buffer): Buffer | null {
  for (let at = headerBytes; at < record.length;) {
    const id = record[at] ?? 0;
    if (id === short) return lastBytes(record, record[at + 1] ?? 0);
    if (id === long && at + 5 <= record.length)
      return lastBytes(record, readerOf(record).u32(at + 1));
    const bytes = skipped[id];
    if (bytes === undefined) return null;
    at += 1 + bytes;
  }
  return null;
}

function lastBytes(record: Buffer, bytes: number): Buffer | null {
  return bytes <= record.length - headerBytes ? record.subarray(record.length - bytes) : null;
}
