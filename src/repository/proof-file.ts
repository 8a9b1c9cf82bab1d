import { createHash } from 'node:crypto';
import { backupCorrupt } from './backup-errors.ts';
import type { EncryptionKey } from './key.ts';
import { requireFormat } from './manifest-file.ts';
import type { Proof } from './manifest.ts';
import { sealed, unsealed } from './seal.ts';

/** A verdict as read, with what its page must be. */
export interface ReadProof {
  readonly proof: Proof;
  readonly pageSha256: string;
}

/** `key`: that of the backup; null where it is not encrypted. */
export function proofText(proof: Proof, page: string, key: EncryptionKey | null): string {
  const pageSha256 = createHash('sha256').update(page).digest('hex');
  return sealed({ ...proof, pageSha256 }, key);
}

/** `key` null: who wrote it cannot be told. Throws `backup-corrupt`, `backup-too-new`. */
export function parseProof(
  bytes: Buffer,
  id: string,
  { name, key }: { readonly name: string; readonly key: EncryptionKey | null },
): ReadProof {
  const seal = unsealed(bytes);
  requireFormat(seal, id, 'jem-db-proof/1', name);
  const { pageSha256, ...value } = seal.value ?? {};
  if (!isProof(value) || typeof pageSha256 !== 'string')
    throw backupCorrupt(id, name, 'is not as jem-db writes it');
  if (value.backup !== id)
    throw backupCorrupt(id, name, `speaks of another backup, ${value.backup}`);
  if (key !== null && !seal.isSignedBy(key))
    throw backupCorrupt(id, name, 'was written by somebody without the key');
  return { proof: value, pageSha256 };
}

function isProof(value: Readonly<Record<string, unknown>>): value is Proof & typeof value {
  return (
    ['backup', 'startedAt', 'finishedAt', 'restoredInto'].every(
      (name) => typeof value[name] === 'string',
    ) &&
    typeof value['verified'] === 'boolean' &&
    typeof value['restoreMs'] === 'number' &&
    ['checks', 'tables', 'limits'].every((name) => Array.isArray(value[name]))
  );
}
