import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { JemError } from '../../../errors.ts';

const blockBytes = 512;

interface Entry {
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'link';
  readonly bytes: number;
}

/**
 * Unpacks a tar as PostgreSQL writes it (ustar: manual, "Streaming Replication Protocol") into a
 * folder that is there: files 0600, folders 0700. Links are not followed and not made: where a
 * tablespace lies is for the caller to say. Throws `backup-corrupt` for what no server writes.
 */
export async function untar(
  source: AsyncIterable<Buffer>,
  folder: string,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const reader = readerOf(source, onBytes);
  for (;;) {
    const block = await reader.block();
    // The end is marked by blocks of zeros; what was cut off before them is not whole.
    if (block === null) throw damaged('ends before its end mark');
    if (block.every((byte) => byte === 0)) break;
    await unpack(entryOf(block), folder, reader);
  }
  await reader.toEnd();
}

async function unpack(entry: Entry, folder: string, reader: Reader): Promise<void> {
  const path = join(folder, entry.path);
  if (entry.kind === 'link') return;
  if (entry.kind === 'folder') {
    // Where a tablespace is mounted within, its folder comes after it.
    await mkdir(path, { recursive: true, mode: 0o700 });
    return;
  }
  await using file = await open(path, 'wx', 0o600);
  await copy(file, entry.bytes, reader);
}

async function copy(file: FileHandle, bytes: number, reader: Reader): Promise<void> {
  for (let left = bytes; left > 0;) {
    const piece = await reader.some(left);
    if (piece === null) throw damaged('is cut off within a file');
    left -= piece.length;
    await file.writeFile(piece);
  }
  const padding = (blockBytes - (bytes % blockBytes)) % blockBytes;
  for (let left = padding; left > 0;) {
    const piece = await reader.some(left);
    if (piece === null) throw damaged('is cut off behind a file');
    left -= piece.length;
  }
}

interface Reader {
  /** The next block; null at the end. */
  block(): Promise<Buffer | null>;
  /** At least one byte, at most so many; null at the end. */
  some(most: number): Promise<Buffer | null>;
  toEnd(): Promise<void>;
}

function readerOf(source: AsyncIterable<Buffer>, onBytes: (bytes: number) => void): Reader {
  const pieces = source[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);

  async function more(): Promise<boolean> {
    const next = await pieces.next();
    if (next.done === true) return false;
    const value: Buffer = next.value;
    onBytes(value.length);
    held = held.length === 0 ? value : Buffer.concat([held, value]);
    return true;
  }

  function cut(bytes: number): Buffer {
    const piece = held.subarray(0, bytes);
    held = held.subarray(bytes);
    return piece;
  }

  return {
    async block() {
      while (held.length < blockBytes)
        if (!(await more())) {
          if (held.length > 0) throw damaged('is cut off within a header');
          return null;
        }
      return cut(blockBytes);
    },
    async some(most) {
      if (held.length === 0 && !(await more())) return null;
      return cut(Math.min(most, held.length));
    },
    async toEnd() {
      do held = Buffer.alloc(0);
      while (await more());
    },
  };
}

const kinds: Readonly<Record<string, Entry['kind']>> = {
  '0': 'file',
  '\0': 'file',
  '2': 'link',
  '5': 'folder',
};

function entryOf(block: Buffer): Entry {
  if (numberIn(block, 148, 8) !== checksumOf(block)) throw damaged('has a header that is altered');
  const name = textIn(block, 0, 100).replace(/^\.\//, '').replace(/\/$/, '');
  const prefix = textIn(block, 345, 155);
  const path = prefix === '' ? name : `${prefix}/${name}`;
  const kind = kinds[String.fromCharCode(block[156] ?? 0)];
  const isWithin = path.split('/').every((part) => part !== '' && part !== '..');
  if (kind === undefined || (!isWithin && kind !== 'folder'))
    throw damaged(`holds ${JSON.stringify(path)}, which no server writes`);
  // A link stands for a tablespace: nothing may be put behind any other.
  if (kind === 'link' && !/^pg_tblspc\/\d+$/.test(path))
    throw damaged(`holds a link at ${JSON.stringify(path)}`);
  return {
    path: isWithin ? path : '',
    kind,
    bytes: kind === 'file' ? numberIn(block, 124, 12) : 0,
  };
}

function textIn(block: Buffer, at: number, length: number): string {
  const field = block.subarray(at, at + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end === -1 ? length : end);
}

/** Octal digits; with the first bit set, a number of base 256. */
function numberIn(block: Buffer, at: number, length: number): number {
  if ((block[at] ?? 0) >= 0x80) return block.readUIntBE(at + length - 6, 6);
  return Number.parseInt(textIn(block, at, length).trim() || '0', 8);
}

/** The sum of all bytes, its own field taken as blanks. */
function checksumOf(block: Buffer): number {
  const sum = block.reduce((total, byte) => total + byte, 0);
  return block.subarray(148, 156).reduce((total, byte) => total - byte + 0x20, sum);
}

function damaged(what: string): JemError {
  return new JemError('backup-corrupt', `An archive of the backup ${what}`, {
    why: 'Its files are as they were stored: what the server sent was not whole, or somebody else made it.',
    hint: 'Restore another backup: jem-db backup list',
  });
}
