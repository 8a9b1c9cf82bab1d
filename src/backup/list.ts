import type { Repository } from '../repository/contract.ts';
import { type BackupSummary, summaryOf, type Verdict, verdictOf } from './summary.ts';

export type ListedSummary =
  | (BackupSummary & { readonly proved: Verdict | null; readonly damage: null })
  | { readonly id: string; readonly proved: Verdict | null; readonly damage: string };

export interface ListResult {
  readonly repository: string;
  /** Oldest first. */
  readonly backups: readonly ListedSummary[];
}

export async function listBackups(repository: Repository): Promise<ListResult> {
  const listed = await repository.list();
  return {
    repository: repository.display,
    backups: listed.map(({ id, manifest, damage, lastProof }) => {
      const proved = verdictOf(lastProof);
      if (manifest === null)
        return { id, proved, damage: damage ?? 'its manifest is not readable' };
      return { ...summaryOf(manifest, repository.display), proved, damage: null };
    }),
  };
}
