import { hash } from 'node:crypto';
import { tokenChecksum } from '../sql/checksum.ts';
import type { Dialect } from '../sql/statements.ts';
import type { Source } from './migration.ts';

/**
 * The checksum of a migration: of its tokens, which is what counts, and behind a slash of its
 * bytes, which tells an untouched file without reading it as SQL. Throws `ScriptProblem`.
 */
export function migrationChecksum(
  kind: Source['kind'],
  bytes: Uint8Array,
  dialect: Dialect,
): string {
  const tokens = kind === 'module' ? moduleChecksum(bytes) : tokenChecksum(bytes, dialect);
  return `${tokens}/${bytesChecksum(bytes)}`;
}

/** Whether a file still holds what a checksum was made of. Throws `ScriptProblem`. */
export function hasChecksum(
  checksum: string,
  kind: Source['kind'],
  bytes: Uint8Array,
  dialect: Dialect,
): boolean {
  if (checksum.endsWith(`/${bytesChecksum(bytes)}`)) return true;
  return sameTokens(checksum, migrationChecksum(kind, bytes, dialect));
}

/** Whether two checksums stand for the same tokens. */
export function sameTokens(a: string, b: string): boolean {
  return a.split('/')[0] === b.split('/')[0];
}

/** A module is hashed as it stands, line ends apart. */
function moduleChecksum(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes).replaceAll('\r\n', '\n');
  return `module:${hash('sha256', text)}`;
}

function bytesChecksum(bytes: Uint8Array): string {
  return hash('sha256', bytes).slice(0, 32);
}
