import type { Repository } from '../repository/contract.ts';
import type { Manifest } from '../repository/manifest.ts';
import { type BackupSummary, summaryOf, type Verdict, verdictOf } from './summary.ts';
import { chainIn } from './wal/bases.ts';
import { type TimedWindow, windowsByBase } from './wal/recoverable.ts';

export type ListedSummary =
  | (BackupSummary & {
      readonly proved: Verdict | null;
      readonly damage: null;
      /** Null: of one database, as it was at one moment. */
      readonly recovery: Recovery | null;
    })
  | { readonly id: string; readonly proved: Verdict | null; readonly damage: string };

/** What a base backup can be recovered to, and what that needs beside the log. */
export interface Recovery {
  /** Ids in order, itself last; null: one of them is not there. */
  readonly chain: readonly string[] | null;
  /** By timeline; null: the archive cannot be read. */
  readonly windows: readonly TimedWindow[] | null;
}

export interface ListResult {
  readonly repository: string;
  /** Oldest first. */
  readonly backups: readonly ListedSummary[];
}

export async function listBackups(repository: Repository): Promise<ListResult> {
  const listed = await repository.list();
  const windows = await windowsByBase(repository, listed);
  const manifests = listed.map(({ manifest }) => manifest).filter((one) => one !== null);
  const bases = manifests.filter((one) => one.kind === 'base');
  const recoveryOf = (manifest: Manifest): Recovery | null =>
    manifest.kind === 'base'
      ? { chain: chainIn(bases, manifest), windows: windows.get(manifest.id) ?? null }
      : null;
  return {
    repository: repository.display,
    backups: listed.map(({ id, manifest, damage, lastProof }) => {
      const proved = verdictOf(lastProof);
      if (manifest === null)
        return { id, proved, damage: damage ?? 'its manifest is not readable' };
      const summary = summaryOf(manifest, repository.display);
      return { ...summary, proved, damage: null, recovery: recoveryOf(manifest) };
    }),
  };
}
