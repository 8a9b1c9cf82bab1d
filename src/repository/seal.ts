import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { deriveKey, type EncryptionKey } from './key.ts';

// The last lines of the text prove the bytes before them, as in PostgreSQL's backup_manifest.
const lastLines =
  /,\n {2}"hmac": (?:null|"([0-9a-f]{64})"),\n {2}"sha256": "([0-9a-f]{64})"\n\}\n$/;

/** A sealed text as read; `damage` says why it is not what was written, null where it is. */
export interface Unsealed {
  /** Without the seal; null where it is not even JSON. */
  readonly value: Readonly<Record<string, unknown>> | null;
  readonly damage: string | null;
  readonly isSigned: boolean;
  isSignedBy(key: EncryptionKey): boolean;
}

/** JSON that shows when a bit of it is altered; with a key, also when somebody without it did so. */
export function sealed(value: object, key: EncryptionKey | null): string {
  const body = JSON.stringify(value, null, 2).slice(0, -'\n}'.length);
  const signature = key ? `"${signatureOf(body, key).toString('hex')}"` : 'null';
  const signed = `${body},\n  "hmac": ${signature}`;
  return `${signed},\n  "sha256": "${sha256(signed)}"\n}\n`;
}

/** Reads what `sealed` wrote. Never throws. */
export function unsealed(bytes: Buffer): Unsealed {
  const text = textOf(bytes);
  const value = text === null ? null : objectOf(text);
  const [lines, signature, digest] = lastLines.exec(text ?? '') ?? [];
  const unsigned = { value, isSigned: false, isSignedBy: () => false };
  if (bytes.length === 0) return { ...unsigned, damage: 'is empty' };
  if (text === null || lines === undefined)
    return { ...unsigned, damage: 'is cut off or altered: it does not end with its seal' };
  const body = text.slice(0, -lines.length);
  const signed = text.slice(0, text.lastIndexOf(',\n  "sha256"'));
  if (sha256(signed) !== digest)
    return { ...unsigned, damage: 'is altered: its SHA-256 is not the one at its end' };
  if (value === null) return { ...unsigned, damage: 'is not JSON' };
  return {
    value: contentOf(value),
    damage: null,
    isSigned: signature !== undefined,
    isSignedBy: (key) =>
      signature !== undefined &&
      timingSafeEqual(Buffer.from(signature, 'hex'), signatureOf(body, key)),
  };
}

function contentOf(value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { hmac: _hmac, sha256: _sha256, ...content } = value;
  return content;
}

function textOf(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function objectOf(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function signatureOf(body: string, { secret }: EncryptionKey): Buffer {
  const key = deriveKey(secret, 'jem-db seal/1', Buffer.alloc(0));
  return createHmac('sha256', key).update(body).digest();
}
