import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import type { JemError } from '../errors.ts';
import { backupCorrupt } from './backup-errors.ts';
import { deriveKey, type EncryptionKey } from './key.ts';

// STREAM (Hoang, Reyhanitabar, Rogaway, Vizár: Online authenticated-encryption and its nonce-reuse
// misuse-resistance, 2015), as age does: a key for each file, and in the nonce of each chunk its
// number and whether it is the last, so that none can be left out, moved or added.

/** Which file it is: one that was swapped with another does not decrypt. */
export interface CipherPlace {
  readonly backup: string;
  readonly path: string;
}

const magic = Buffer.from('jem-db-cipher/1\n');
const saltBytes = 32;
const tagBytes = 16;
const headerBytes = magic.length + saltBytes;
/** Of plain bytes in a chunk: larger ones are no faster, smaller ones cost more calls. */
export const chunkBytes = 256 * 1024;

type Bytes = AsyncIterable<Buffer>;

interface Chunk {
  readonly bytes: Buffer;
  readonly isLast: boolean;
}

/** Encrypts a stream with AES-256-GCM, in chunks that are authenticated one by one. */
export async function* encrypted(
  source: Bytes,
  key: EncryptionKey,
  place: CipherPlace,
): AsyncGenerator<Buffer> {
  const salt = randomBytes(saltBytes);
  yield Buffer.concat([magic, salt]);
  const fileKey = fileKeyOf(key, salt, place);
  let number = 0;
  for await (const { bytes, isLast } of chunksOf(source, chunkBytes)) {
    const cipher = createCipheriv('aes-256-gcm', fileKey, nonceOf(number++, isLast));
    const sealed = cipher.update(bytes);
    cipher.final();
    yield sealed;
    yield cipher.getAuthTag();
  }
}

/** The plain bytes of what `encrypted` made. Throws `backup-corrupt` before a byte that is not so. */
export async function* decrypted(
  source: Bytes,
  key: EncryptionKey,
  place: CipherPlace,
): AsyncGenerator<Buffer> {
  let fileKey: Buffer | null = null;
  let number = 0;
  for await (const { bytes, isLast } of chunksOf(source, chunkBytes + tagBytes, headerBytes)) {
    if (fileKey === null) {
      fileKey = fileKeyOf(key, saltOf(bytes, isLast, place), place);
      continue;
    }
    const plain = opened(bytes, fileKey, nonceOf(number, isLast));
    // An empty chunk says nothing but that a file is empty: after others it was put there.
    if (plain === null || (plain.length === 0 && number > 0)) throw notOurs(place, number);
    number++;
    yield plain;
  }
}

function saltOf(header: Buffer, isLast: boolean, place: CipherPlace): Buffer {
  if (isLast || !header.subarray(0, magic.length).equals(magic))
    throw backupCorrupt(
      place.backup,
      place.path,
      'does not begin as a file that jem-db encrypted does',
    );
  return header.subarray(magic.length);
}

function opened(bytes: Buffer, fileKey: Buffer, nonce: Buffer): Buffer | null {
  if (bytes.length < tagBytes) return null;
  const decipher = createDecipheriv('aes-256-gcm', fileKey, nonce);
  decipher.setAuthTag(bytes.subarray(-tagBytes));
  const plain = decipher.update(bytes.subarray(0, -tagBytes));
  try {
    decipher.final();
    return plain;
  } catch {
    return null;
  }
}

function fileKeyOf({ secret }: EncryptionKey, salt: Buffer, { backup, path }: CipherPlace): Buffer {
  const purpose = JSON.stringify(['jem-db-cipher/1', backup, path]);
  // HKDF of Node takes no purpose as long as a path may be.
  return deriveKey(secret, createHash('sha256').update(purpose).digest('hex'), salt);
}

function nonceOf(number: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(number, 5, 6);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}

/** Cuts a stream into chunks of `size`, the first of `first`; the last may be shorter, or empty. */
async function* chunksOf(source: Bytes, size: number, first = size): AsyncGenerator<Chunk> {
  let wanted = first;
  let held: Buffer[] = [];
  let length = 0;
  for await (const piece of source) {
    let rest = piece;
    // A full chunk is held back until something follows: only then is it known not to be the last.
    while (length + rest.length > wanted) {
      const cut = wanted - length;
      yield { bytes: joined([...held, rest.subarray(0, cut)]), isLast: false };
      rest = rest.subarray(cut);
      held = [];
      length = 0;
      wanted = size;
    }
    held.push(rest);
    length += rest.length;
  }
  yield { bytes: joined(held), isLast: true };
}

function joined(parts: readonly Buffer[]): Buffer {
  const [first, ...others] = parts.filter(({ length }) => length > 0);
  return first && others.length === 0 ? first : Buffer.concat(parts);
}

function notOurs({ backup, path }: CipherPlace, chunk: number): JemError {
  return backupCorrupt(
    backup,
    path,
    'cannot be decrypted',
    `Its part ${chunk + 1} is not what was encrypted: the file is altered, cut off or extended, its parts were moved, or it is another file.`,
  );
}
