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
  readonly tables: number;
  readonly rows: number;
  readonly snapshot: string;
  readonly encrypted: boolean;
  readonly repository: string;
}

/** When a restore was last tried, and whether it brought back what the database held. */
export interface Verdict {
  readonly verified: boolean;
  readonly at: string;
}

export function summaryOf(manifest: Manifest, repository: string): BackupSummary {
  const { id, kind, engine, serverVersion, database, startedAt, finishedAt, snapshot } = manifest;
  const { files, content } = manifest;
  return {
    ...{ id, kind, engine, serverVersion, database, startedAt, finishedAt },
    bytes: sum(files.map((file) => file.bytes)),
    storedBytes: sum(files.map((file) => file.storedBytes)),
    tables: content.tables.length,
    rows: sum(content.tables.map(({ rows }) => rows)),
    snapshot,
    encrypted: manifest.encryption !== null,
    repository,
  };
}

export function verdictOf(lastProof: ListedBackup['lastProof']): Verdict | null {
  return lastProof && { verified: lastProof.verified, at: lastProof.finishedAt };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
