import { open, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { JemError } from '../../../errors.ts';
import { parseWalName, segmentNumber, type WalName } from '../../../wal-names.ts';
import type { WalFile, WalFormat } from '../../archiving.ts';
import { headerBytes, parseControlFile, parseSegmentHeader } from './header.ts';

/** How PostgreSQL keeps its write-ahead log in files. */
export const walFormat: WalFormat = {
  inspect,
  systemIdentifier,
  waiting,
  segmentBytes: (beginning) => parseSegmentHeader(beginning)?.segmentBytes ?? null,
  reader: async () => (await import('./records.ts')).walReader(),
};

async function inspect(path: string, dataFolder: string): Promise<WalFile> {
  const name = parseWalName(basename(path));
  if (!name)
    throw new JemError('wal-refused', `${basename(path)} is no name of a file of the WAL`, {
      hint: 'Give the path as the server does: archive_command = \'jem-db backup wal push "%p"\'',
    });
  const { bytes, beginning } = await look(path);
  if (name.kind === 'segment' || name.kind === 'partial')
    return { name, bytes, systemIdentifier: identifierOf(name, bytes, beginning) };
  if (bytes === 0) throw refused(name, 'it is empty');
  if (name.kind === 'backup' && !beginning.toString('latin1').startsWith('START WAL LOCATION'))
    throw refused(name, 'it does not begin as the history of a backup does');
  return { name, bytes, systemIdentifier: await systemIdentifier(dataFolder) };
}

/** Checks a segment by its first page; the pages behind it may be left from an older segment. */
function identifierOf(name: WalName, bytes: number, beginning: Buffer): string {
  const header = parseSegmentHeader(beginning);
  if (!header)
    throw refused(name, bytes === 0 ? 'it is empty' : 'its first page is not that of a segment');
  const { segmentBytes, pageAddress, timeline } = header;
  if (bytes !== segmentBytes)
    throw refused(name, `it has ${bytes} bytes, and segments of this cluster have ${segmentBytes}`);
  const number = name.at && segmentNumber(name.at, segmentBytes);
  if (number === null || pageAddress !== BigInt(number) * BigInt(segmentBytes))
    throw refused(name, 'its first page belongs to another place of the log');
  // A new timeline begins with a copy of the segment in which it left the old one.
  if (timeline === 0 || timeline > name.timeline)
    throw refused(name, `its first page is of timeline ${timeline}`);
  return header.systemIdentifier;
}

async function look(path: string): Promise<{ bytes: number; beginning: Buffer }> {
  try {
    await using file = await open(path);
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headerBytes), 0, headerBytes, 0);
    return { bytes: size, beginning: buffer.subarray(0, bytesRead) };
  } catch (error) {
    throw unreadable(path, error);
  }
}

async function systemIdentifier(dataFolder: string): Promise<string> {
  const path = join(dataFolder, 'global/pg_control');
  const { beginning } = await look(path);
  const found = parseControlFile(beginning);
  if (found !== null) return found;
  throw new JemError('wal-refused', `${path} is not the control file of a cluster`, {
    hint: 'Run it in the data directory, as the server does.',
  });
}

/** How PostgreSQL's own archiver chooses (pgarch.c): histories first, then the oldest. */
async function waiting(path: string): Promise<readonly string[]> {
  const folder = dirname(path);
  const names = await readdir(join(folder, 'archive_status')).catch(() => []);
  return names
    .filter((name) => name.endsWith('.ready'))
    .map((name) => parseWalName(name.slice(0, -'.ready'.length)))
    .filter((name) => name !== null)
    .toSorted(byUrgency)
    .map(({ name }) => join(folder, name));
}

function byUrgency(one: WalName, other: WalName): number {
  const [first, second] = [one, other].map(({ kind, name }) => (kind === 'history' ? 0 : 1) + name);
  return first! < second! ? -1 : 1;
}

function refused({ name }: WalName, why: string): JemError {
  return new JemError('wal-refused', `${name} is not what its name says: ${why}`, {
    why: 'It is damaged, was cut off, or is a file of another cluster. Nothing was stored.',
    hint: 'The server keeps it and tries again. If it stays so, check its disk, and take a new base backup.',
  });
}

function unreadable(path: string, cause: unknown): JemError {
  const { code = '' } = cause as NodeJS.ErrnoException;
  const missing = code === 'ENOENT' || code === 'ENOTDIR';
  return new JemError(
    missing ? 'file-missing' : 'file-unreadable',
    missing ? `There is no file ${path}` : `Cannot read ${path} (${code})`,
    { hint: 'Run it in the data directory, as the server does, and as its user.', cause },
  );
}
