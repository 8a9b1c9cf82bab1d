import { JemError } from '../../../errors.ts';
import type { CopyEvent } from './copy.ts';

/** What the server says of a base backup before and after its bytes. */
export interface StreamedBackup {
  readonly startLsn: string;
  readonly timeline: number;
  readonly stopLsn: string;
  readonly stopTimeline: number;
  /** As the server lists them: the data folder has no oid. */
  readonly tablespaces: readonly StreamedTablespace[];
  readonly archives: readonly StreamedArchive[];
}

export interface StreamedTablespace {
  readonly oid: string | null;
  readonly location: string | null;
  /** Bytes, as estimated; null: not. */
  readonly bytes: number | null;
}

export interface StreamedArchive {
  /** `base.tar.gz`, `16401.tar`. */
  readonly file: string;
  /** Where the tablespace was; null: it is the data folder. */
  readonly location: string | null;
}

export const manifestFile = 'backup_manifest';

export interface StreamWork {
  /** Takes the bytes of one file to their end. */
  readonly put: (file: string, bytes: AsyncIterable<Buffer>) => Promise<void>;
  /** Told the bytes before compression that the server has read, and its estimate of all. */
  readonly onProgress: (done: number, total: number) => void;
}

/**
 * Takes apart what BASE_BACKUP answers (PostgreSQL 15 and newer: manual, "Streaming Replication
 * Protocol"), one file after the other, no faster than `put` takes it. Throws `backup-incomplete`
 * where the answer is not what the manual says.
 */
export async function takeStream(
  events: AsyncIterator<CopyEvent, void>,
  { put, onProgress }: StreamWork,
): Promise<StreamedBackup> {
  const rows: (readonly (string | null)[])[][] = [];
  const archives: StreamedArchive[] = [];
  let total = 0;
  let started: string | null = null;

  /** The next message that begins a file, past rows and reports; null: there are no more. */
  async function nextFile(): Promise<string | null> {
    if (started !== null) {
      const file = started;
      started = null;
      return file;
    }
    for (;;) {
      const next = await events.next();
      if (next.done === true) return null;
      const event = next.value;
      if (event.kind === 'row') {
        (rows[event.set - 1] ??= []).push(event.fields);
        continue;
      }
      if (isReport(event.bytes)) continue;
      return begun(event.bytes);
    }
  }

  function isReport(bytes: Buffer): boolean {
    if (bytes[0] !== kinds.progress) return false;
    total ||= bytesOf(rows[1] ?? []);
    onProgress(Number(bytes.readBigInt64BE(1)), total);
    return true;
  }

  function begun(bytes: Buffer): string {
    if (bytes[0] === kinds.manifest) return manifestFile;
    if (bytes[0] !== kinds.archive) throw unexpected(`a message of kind ${bytes[0]}`);
    const [file = '', location = ''] = bytes.toString('utf8', 1).split('\0');
    if (!/^(base|\d+)\.tar(\.[a-z0-9]+)?$/.test(file)) throw unexpected(`a file named ${file}`);
    archives.push({ file, location: location === '' ? null : location });
    return file;
  }

  /** The bytes of the file that has begun, until another begins. */
  async function* content(): AsyncGenerator<Buffer> {
    for (;;) {
      const next = await events.next();
      if (next.done === true) return;
      const event = next.value;
      if (event.kind === 'row') {
        (rows[event.set - 1] ??= []).push(event.fields);
        return;
      }
      if (event.bytes[0] === kinds.data) yield event.bytes.subarray(1);
      else if (!isReport(event.bytes)) {
        started = begun(event.bytes);
        return;
      }
    }
  }

  const seen = new Set<string>();
  for (let file = await nextFile(); file !== null; file = await nextFile()) {
    if (seen.has(file)) throw unexpected(`${file} twice`);
    seen.add(file);
    await put(file, content());
  }
  const [[start] = [], tablespaces = [], [stop] = []] = rows;
  if (!start?.[0] || !stop?.[0]) throw unexpected('no place in the log');
  if (!seen.has(manifestFile) || archives.length !== tablespaces.length)
    throw unexpected(`${archives.length} archives and ${tablespaces.length} tablespaces`);
  return {
    startLsn: start[0],
    timeline: Number(start[1]),
    stopLsn: stop[0],
    stopTimeline: Number(stop[1]),
    tablespaces: tablespaces.map(tablespaceOf),
    archives,
  };
}

const kinds = {
  archive: 'n'.charCodeAt(0),
  data: 'd'.charCodeAt(0),
  manifest: 'm'.charCodeAt(0),
  progress: 'p'.charCodeAt(0),
} as const;

function tablespaceOf([oid, location, size]: readonly (string | null)[]): StreamedTablespace {
  return {
    oid: oid ?? null,
    location: location ?? null,
    bytes: (size ?? null) === null ? null : Number(size) * 1024,
  };
}

function bytesOf(rows: readonly (readonly (string | null)[])[]): number {
  return rows.reduce((sum, row) => sum + (tablespaceOf(row).bytes ?? 0), 0);
}

function unexpected(what: string): JemError {
  return new JemError('backup-incomplete', 'The server answered otherwise than was expected', {
    why: `It sent ${what}. Nothing was stored.`,
    hint: 'See whether a newer jem-db knows this version of PostgreSQL.',
  });
}
