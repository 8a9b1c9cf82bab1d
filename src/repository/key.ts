import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { open } from 'node:fs/promises';
import { JemError } from '../errors.ts';

/** What backups are encrypted with. */
export interface EncryptionKey {
  readonly secret: KeyObject;
  /** Tells one key from another; the key cannot be found from it. */
  readonly id: string;
}

/** Bytes. */
const length = 32;
const howToMake = 'Make one: openssl rand -hex 32';

/** A key of its own for one purpose: nothing can be learnt from it of the key or of others. */
export function deriveKey(secret: KeyObject, purpose: string, salt: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, salt, purpose, length));
}

/** Reads a key that is given as 64 hexadecimal digits or as base64. Throws `bad-setting`. */
export function keyFromText(text: string): EncryptionKey {
  const bytes = decoded(text.trim());
  if (bytes === null)
    throw new JemError('bad-setting', 'The encryption key is not a key', {
      why: `It must be ${length} random bytes, as 64 hexadecimal digits or as base64; this has ${text.trim().length} characters.`,
      hint: howToMake,
    });
  return keyOf(bytes);
}

/**
 * Reads a key from a file: as text, or as 32 bytes. A file that others can read is refused, as ssh
 * does. Throws `bad-setting`, `backup-key-missing`.
 */
export async function keyFromFile(path: string): Promise<EncryptionKey> {
  const bytes = await readKeyFile(path);
  const key = decoded(bytes.toString('latin1').trim()) ?? rawKey(bytes);
  if (key === null)
    throw new JemError('bad-setting', `The key file ${path} holds no key`, {
      why: `It must hold ${length} random bytes, as they are, as 64 hexadecimal digits or as base64; it has ${describe(bytes)}.`,
      hint: `Make one: (umask 077; openssl rand -hex 32 > '${path}')`,
    });
  return keyOf(key);
}

function keyOf(bytes: Buffer): EncryptionKey {
  const secret = createSecretKey(bytes);
  const id = deriveKey(secret, 'jem-db key id/1', Buffer.alloc(0));
  return { secret, id: id.subarray(0, 16).toString('hex') };
}

function decoded(text: string): Buffer | null {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  // The last digit has two bits that mean nothing: only one way of writing is taken.
  return /^[\w+/-]{42}[AEIMQUYcgkosw048]=?$/.test(text) ? Buffer.from(text, 'base64') : null;
}

/** Random bytes are as good as never all printable: those that are were meant as a text. */
function rawKey(bytes: Buffer): Buffer | null {
  return bytes.length === length && !isPrintable(bytes) ? bytes : null;
}

function isPrintable(bytes: Buffer): boolean {
  return bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
}

function describe(bytes: Buffer): string {
  if (bytes.length > 4 * length) return 'more than that';
  return `${bytes.length} ${isPrintable(bytes) ? 'characters of text' : 'bytes'}`;
}

async function readKeyFile(path: string): Promise<Buffer> {
  try {
    await using file = await open(path);
    const { mode, uid } = await file.stat();
    refuseOpen(path, mode, uid);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4 * length + 1), 0);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    if (error instanceof JemError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new JemError('backup-key-missing', `The key file ${path} cannot be read (${code})`, {
      hint: 'Check the path, and that this user may read it.',
      cause: error,
    });
  }
}

/** As libpq has it for its keys: a file of root may be open to a group, which is how containers mount secrets. */
function refuseOpen(path: string, mode: number, owner: number): void {
  if (process.platform === 'win32') return;
  const own = process.getuid?.() ?? 0;
  const forbidden = owner === 0 && own !== 0 ? 0o027 : 0o077;
  if ((mode & forbidden) === 0) return;
  throw new JemError('bad-setting', `Others than its owner can read the key file ${path}`, {
    why: `Its mode is ${(mode & 0o7777).toString(8).padStart(4, '0')}: who reads it can read every backup.`,
    hint: `Run: chmod 0600 '${path}' (in Kubernetes: defaultMode: 0400)`,
  });
}
