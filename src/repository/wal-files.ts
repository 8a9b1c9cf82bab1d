import type { Compression } from '../engines/backing-up.ts';
import { JemError } from '../errors.ts';
import { parseWalName, type WalName } from '../wal-names.ts';
import { suffixOf } from './compression.ts';

/** A stored file as its name tells it. */
export interface WalFileName {
  readonly file: string;
  readonly name: WalName;
  readonly sha256: string;
  readonly method: Compression['method'];
  readonly encrypted: boolean;
}

/** Where a repository keeps the archives, each below the identifier of its cluster. */
export const walFolder = 'wal';

/** Whether a text may be the system identifier of a cluster. */
export function isIdentifier(text: string): boolean {
  return /^[1-9]\d{0,19}$/.test(text);
}

/** Throws `bad-setting`. */
export function requireIdentifier(text: string): void {
  if (isIdentifier(text)) return;
  throw new JemError('bad-setting', `"${text}" is no system identifier`, {
    hint: 'It is a number of up to 20 digits: pg_controldata shows it.',
  });
}

const methods = ['none', 'gzip', 'zstd'] as const;

/** Name and content in the name: whether a file is stored shows without reading it. */
export function walFileName(
  { name, sha256 }: { readonly name: WalName; readonly sha256: string },
  method: Compression['method'],
  encrypted: boolean,
): string {
  return `${name.name}-${sha256}${suffixOf(method)}${encrypted ? '.enc' : ''}`;
}

/** Reads what `walFileName` writes; null where it is none. */
export function parseWalFileName(file: string): WalFileName | null {
  const [, written = '', sha256 = '', suffix = '', enc] =
    /^(.+)-([0-9a-f]{64})(\.gz|\.zst)?(\.enc)?$/.exec(file) ?? [];
  const name = parseWalName(written);
  const method = methods.find((one) => suffixOf(one) === suffix);
  return name && method ? { file, name, sha256, method, encrypted: enc !== undefined } : null;
}

/** Which part of the archive a file is in: at most some thousand share one. */
export function walGroup({ kind, name }: WalName): string {
  return kind === 'history' ? 'history' : name.slice(0, 16);
}

/** Whether it is the name of such a part. */
export function isWalGroup(name: string): boolean {
  return name === 'history' || /^[0-9A-F]{16}$/.test(name);
}

/** A file that is being stored says so, and with which content, from its first moment on. */
export function growingName(
  { name, sha256 }: { readonly name: WalName; readonly sha256: string },
  random: string,
): string {
  return `.${name.name}-${sha256}.${random}.partial`;
}

/** Reads what `growingName` writes; null where it is none. */
export function parseGrowingName(file: string): Pick<WalFileName, 'name' | 'sha256'> | null {
  const [, stored = ''] = /^\.(.+)\.[0-9a-f]+\.partial$/.exec(file) ?? [];
  return parseWalFileName(stored);
}
