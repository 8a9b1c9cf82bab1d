import { createHash } from 'node:crypto';
import { backupCorrupt } from './backup-errors.ts';
import { idPattern, newId } from './ids.ts';
import type { EncryptionKey } from './key.ts';
import { requireFormat } from './manifest-file.ts';
import type { Proof } from './manifest.ts';
import { sealed, unsealed } from './seal.ts';

/** A verdict as read, with what its page must be. */
export interface ReadProof {
  readonly proof: Proof;
  readonly pageSha256: string;
}

/** Milliseconds after which nobody is writing a proof any more. */
export const abandoned = 15 * 60_000;

/**
 * The files of a proof in the order in which they are to appear: a verdict has its page. `key`:
 * that of the backup; null where it is not encrypted.
 */
export function proofTexts(
  proof: Proof,
  page: string,
  key: EncryptionKey | null,
): readonly { readonly name: string; readonly text: string }[] {
  const name = newId(new Date(proof.finishedAt));
  const pageSha256 = createHash('sha256').update(page).digest('hex');
  return [
    { name: `${name}.html`, text: page },
    { name: `${name}.json`, text: sealed({ ...proof, pageSha256 }, key) },
  ];
}

/** The names of verdicts among those of a folder of proofs, oldest first. */
export function verdictsAmong(names: readonly string[]): readonly string[] {
  return names
    .filter((name) => name.endsWith('.json') && idPattern.test(name.slice(0, -'.json'.length)))
    .toSorted();
}

/** The name of the page that belongs to a verdict. */
export function pageOf(verdict: string): string {
  return verdict.replace(/json$/, 'html');
}

/** Whether it is a page whose verdict was never written. */
export function isLonelyPage(name: string, names: readonly string[]): boolean {
  const [id = '', end] = name.split('.');
  return idPattern.test(id) && end === 'html' && !names.includes(`${id}.json`);
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
