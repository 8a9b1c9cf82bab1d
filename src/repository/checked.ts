import { JemError } from '../errors.ts';
import { backupCorrupt } from './backup-errors.ts';
import type { FileCheck, Repository } from './contract.ts';

/**
 * Every file of a backup, looked at as it is stored. A manifest that cannot be read is told as one
 * more damaged file. Throws `backup-missing`.
 */
export async function checkedFiles(
  repository: Repository,
  id: string,
  onFile: (file: FileCheck) => void,
): Promise<readonly FileCheck[]> {
  try {
    return await repository.check(id, onFile);
  } catch (error) {
    if (!(error instanceof JemError && error.code === 'backup-corrupt')) throw error;
    const detail = [error.message, error.details.why].filter(Boolean).join(': ');
    return [{ path: 'manifest.json', ok: false, detail }];
  }
}

/** The damaged ones in words: `3.dat.gz: missing; toc.dat: altered`. */
export function damageIn(files: readonly FileCheck[]): string {
  const damaged = files.filter(({ ok }) => !ok);
  const named = damaged.slice(0, 10).map(({ path, detail }) => `${path}: ${detail}`);
  const more = damaged.length - named.length;
  return [...named, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

/** Throws `backup-corrupt` where one of the files is damaged. */
export function refuseDamaged(id: string, checks: readonly FileCheck[]): void {
  const [first, ...others] = checks.filter(({ ok }) => !ok);
  if (!first) return;
  const more = others.map(({ path, detail }) => `${path} ${detail}.`).slice(0, 5);
  const why = more.length === 0 ? undefined : `So are others: ${more.join(' ')}`;
  throw backupCorrupt(id, first.path, first.detail, why);
}
