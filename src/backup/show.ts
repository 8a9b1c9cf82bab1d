import type { Repository } from '../repository/contract.ts';
import type { Manifest, Proof } from '../repository/manifest.ts';
import { chosenId } from '../repository/named.ts';
import { type BackupSummary, summaryOf } from './summary.ts';

export interface ShowResult {
  readonly backup: BackupSummary;
  readonly jemDbVersion: string;
  readonly tools: Manifest['tools'];
  readonly compression: readonly string[];
  readonly content: Manifest['content'];
  readonly ledger: Manifest['ledger'];
  readonly objects: number;
  readonly files: Manifest['files'];
  readonly facts: Manifest['facts'];
  /** Oldest first. */
  readonly proofs: readonly Proof[];
}

/** All that is recorded of one backup. Throws `backup-missing`, `backup-corrupt`. */
export async function showBackup(repository: Repository, word: string): Promise<ShowResult> {
  const id = await chosenId(repository, word);
  const manifest = await repository.manifest(id);
  const { jemDbVersion, tools, content, ledger, schema, files, facts } = manifest;
  return {
    backup: summaryOf(manifest, repository.display),
    jemDbVersion,
    tools,
    compression: [...new Set(files.map((file) => file.compression))],
    content,
    ledger,
    objects: schema.objects.length,
    files,
    facts,
    proofs: await repository.proofs(id),
  };
}
