import type { ListedBackup } from '../repository/contract.ts';
import type { Manifest } from '../repository/manifest.ts';

/** A backup in a few words, as commands report it. */
export interface BackupSummary {
  readonly id: string;
  readonly kind: Manifest['kind'];
  readonly engine: string;
  readonly serverVersion: string;
  /** For the reader. */
  readonly database: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly finishedAt: string;
  /** Of its files before the repository compressed and encrypted them. */
  readonly bytes: number;
  readonly storedBytes: number;
  /** Null: of a whole cluster, whose tables nobody counted. */
  readonly tables: number | null;
  readonly rows: number | null;
  readonly snapshot: string | null;
  /** Id of the backup that it builds on; null: it is whole in itself. */
  readonly parent: string | null;
  readonly encrypted: boolean;
  readonly repository: string;
}

/** When a restore was last tried, and whether it brought back what the database held. */
export interface Verdict {
  readonly verified: boolean;
  readonly at: string;
}

export function summaryOf(manifest: Manifest, repository: string): BackupSummary {
  const { id, kind, engine, serverVersion, database, startedAt, finishedAt, files } = manifest;
  return {
    ...{ id, kind, engine, serverVersion, database, startedAt, finishedAt },
    bytes: sum(files.map((file) => file.bytes)),
    storedBytes: sum(files.map((file) => file.storedBytes)),
    ...heldBy(manifest),
    encrypted: manifest.encryption !== null,
    repository,
  };
}

function heldBy(
  manifest: Manifest,
): Pick<BackupSummary, 'tables' | 'rows' | 'snapshot' | 'parent'> {
  if (manifest.kind === 'base')
    return { tables: null, rows: null, snapshot: null, parent: manifest.parent };
  const { content, snapshot } = manifest;
  const rows = sum(content.tables.map((table) => table.rows));
  return { tables: content.tables.length, rows, snapshot, parent: null };
}

export function verdictOf(lastProof: ListedBackup['lastProof']): Verdict | null {
  return lastProof && { verified: lastProof.verified, at: lastProof.finishedAt };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
