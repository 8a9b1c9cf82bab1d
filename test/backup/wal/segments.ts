import { randomFillSync } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { endianness } from 'node:os';
import { join } from 'node:path';

const little = endianness() === 'LE';

export interface SegmentFields {
  readonly systemIdentifier?: bigint;
  readonly timeline?: number;
  readonly pageAddress?: bigint;
  /** In the header; the file has it too unless `bytes` says otherwise. */
  readonly segmentBytes?: number;
  readonly bytes?: number;
  readonly magic?: number;
  readonly info?: number;
}

export const cluster = 7421068371285612345n;
export const megabyte = 2 ** 20;

/** The bytes of a segment as PostgreSQL 18 begins one, with some chance behind the first page. */
export function segment(number: number, fields: SegmentFields = {}): Buffer {
  const segmentBytes = fields.segmentBytes ?? megabyte;
  const bytes = Buffer.alloc(fields.bytes ?? segmentBytes);
  if (bytes.length > 16384) randomFillSync(bytes, 8192, 8192);
  const view = new DataView(new ArrayBuffer(40));
  view.setUint16(0, fields.magic ?? 0xd118, little);
  view.setUint16(2, fields.info ?? 2, little);
  view.setUint32(4, fields.timeline ?? 1, little);
  view.setBigUint64(8, fields.pageAddress ?? BigInt(number) * BigInt(segmentBytes), little);
  view.setBigUint64(24, fields.systemIdentifier ?? cluster, little);
  view.setUint32(32, segmentBytes, little);
  view.setUint32(36, 8192, little);
  Buffer.from(view.buffer).copy(bytes);
  return bytes;
}

export function controlFile(systemIdentifier = cluster): Buffer {
  const view = new DataView(new ArrayBuffer(8192));
  view.setBigUint64(0, systemIdentifier, little);
  view.setUint32(8, 1800, little);
  return Buffer.from(view.buffer);
}

/** A name of timeline 1 in segments of 1 MB: 4096 share the first half of their number. */
export function nameOf(number: number, timeline = 1): string {
  const hex = (value: number) => value.toString(16).toUpperCase().padStart(8, '0');
  return [timeline, Math.floor(number / 4096), number % 4096].map(hex).join('');
}

/** A data directory as far as archiving sees it. */
export async function dataFolder(folder: string, systemIdentifier = cluster): Promise<string> {
  const data = join(folder, 'data');
  await mkdir(join(data, 'pg_wal/archive_status'), { recursive: true });
  await mkdir(join(data, 'global'));
  await writeFile(join(data, 'global/pg_control'), controlFile(systemIdentifier));
  return data;
}

/** Writes segments that wait to be archived. */
export async function writeSegments(data: string, numbers: readonly number[]): Promise<void> {
  for (const number of numbers) {
    await writeFile(join(data, 'pg_wal', nameOf(number)), segment(number));
    await writeFile(join(data, 'pg_wal/archive_status', `${nameOf(number)}.ready`), '');
  }
}
