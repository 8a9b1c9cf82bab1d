import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { JemError } from '../../errors.ts';
import type { WalContent } from '../../repository/contract.ts';
import { bytesOf } from '../../repository/folder/hashing.ts';
import type { WalName } from '../../wal-names.ts';

/** What tells a file that was not touched since from any other, as text. */
export interface FileIdentity {
  readonly device: string;
  readonly inode: string;
  readonly bytes: string;
  /** Nanoseconds; the second cannot be set by a program. */
  readonly modified: string;
  readonly changed: string;
}

/** A file to be archived, with what it was when it was hashed. */
export interface HashedFile extends WalContent {
  readonly identity: FileIdentity;
}

/** Bytes up to which a file is held in memory: it is then read once. */
const held = 32 * 1024 * 1024;
const pieceBytes = 1024 * 1024;

/** Reads a file and hashes it. Throws `file-unreadable`, `wal-refused` where it changes meanwhile. */
export async function hashedFile(
  path: string,
  name: WalName,
  signal: AbortSignal,
): Promise<HashedFile> {
  await using file = await opened(path);
  const identity = await identityOf(file);
  const bytes = Number(identity.bytes);
  const whole = bytes <= held ? await readWhole(file, bytes) : null;
  const pieces = () => (whole ? piecesOf(whole) : piecesIn(path, signal));
  const sha256 = await hashOf(pieces());
  if (JSON.stringify(await identityOf(file)) !== JSON.stringify(identity))
    throw changing(name.name);
  return {
    ...{ name, sha256, identity },
    content: () => (whole ? pieces() : checked(pieces(), { name, sha256 })),
  };
}

/** What a file is now. Throws `file-unreadable`. */
export async function identityAt(path: string): Promise<FileIdentity> {
  await using file = await opened(path);
  return await identityOf(file);
}

async function identityOf(file: FileHandle): Promise<FileIdentity> {
  const { dev, ino, size, mtimeNs, ctimeNs } = await file.stat({ bigint: true });
  return {
    ...{ device: String(dev), inode: String(ino), bytes: String(size) },
    ...{ modified: String(mtimeNs), changed: String(ctimeNs) },
  };
}

async function opened(path: string): Promise<FileHandle> {
  try {
    return await open(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new JemError('file-unreadable', `Cannot read ${path} (${code})`, {
      hint: 'Check that it is still there, who owns it, and its disk.',
      cause,
    });
  }
}

async function readWhole(file: FileHandle, bytes: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(bytes);
  let at = 0;
  while (at < bytes) {
    const { bytesRead } = await file.read(buffer, at, bytes - at, at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return buffer.subarray(0, at);
}

async function* piecesOf(whole: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < whole.length; at += pieceBytes) yield whole.subarray(at, at + pieceBytes);
}

async function* piecesIn(path: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  await using file = await opened(path);
  yield* bytesOf(file, signal);
}

async function hashOf(pieces: AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}

/** What is read a second time must be what was hashed. */
async function* checked(
  pieces: AsyncIterable<Buffer>,
  { name, sha256 }: Pick<WalContent, 'name' | 'sha256'>,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  for await (const piece of pieces) {
    hash.update(piece);
    yield piece;
  }
  if (hash.digest('hex') !== sha256) throw changing(name.name);
}

function changing(name: string): JemError {
  return new JemError('wal-refused', `${name} changed while it was read`, {
    why: 'A file that is to be archived is not written to any more.',
    hint: 'Let the server archive it, when it is finished.',
  });
}
