import type { Repository } from '../repository/contract.ts';
import { JemError } from '../errors.ts';
import { chainOf } from '../repository/chain.ts';
import type { BaseManifest, LogicalManifest, Manifest, Proof } from '../repository/manifest.ts';
import { chosenId } from '../repository/named.ts';
import { type BackupSummary, summaryOf } from './summary.ts';

export interface ShowResult {
  readonly backup: BackupSummary;
  readonly jemDbVersion: string;
  readonly tools: Manifest['tools'];
  readonly compression: readonly string[];
  /** Null: of a whole cluster. */
  readonly content: LogicalManifest['content'] | null;
  readonly ledger: LogicalManifest['ledger'];
  /** Of the schema. */
  readonly objects: number | null;
  /** Null: rows and schema of one database. */
  readonly cluster: ShownCluster | null;
  readonly files: Manifest['files'];
  readonly facts: Manifest['facts'];
  /** Oldest first. */
  readonly proofs: readonly Proof[];
}

/** What is known of the files of a whole cluster. */
export interface ShownCluster extends Pick<BaseManifest, 'cluster' | 'withoutPoint'> {
  /** Ids that a restore needs, in order; itself last. Null: one of them is not there. */
  readonly chain: readonly string[] | null;
  readonly restorePoint: ShownPoint | null;
}

export type ShownPoint = Omit<NonNullable<BaseManifest['restorePoint']>, 'schema'>;

/** All that is recorded of one backup. Throws `backup-missing`, `backup-corrupt`. */
export async function showBackup(repository: Repository, word: string): Promise<ShowResult> {
  const id = await chosenId(repository, word);
  const manifest = await repository.manifest(id);
  const { jemDbVersion, tools, files, facts } = manifest;
  return {
    backup: summaryOf(manifest, repository.display),
    jemDbVersion,
    tools,
    compression: [...new Set(files.map((file) => file.compression))],
    ...(manifest.kind === 'base' ? noContent : contentOf(manifest)),
    cluster: manifest.kind === 'base' ? await clusterOf(repository, manifest) : null,
    files,
    facts,
    proofs: await repository.proofs(id),
  };
}

const noContent = { content: null, ledger: null, objects: null };

function contentOf({ content, ledger, schema }: LogicalManifest) {
  return { content, ledger, objects: schema.objects.length };
}

async function clusterOf(repository: Repository, manifest: BaseManifest): Promise<ShownCluster> {
  const { cluster, withoutPoint, restorePoint } = manifest;
  const { schema: _, ...point } = restorePoint ?? { schema: null };
  return {
    ...{ cluster, withoutPoint },
    chain: await chainIds(repository, manifest),
    restorePoint: 'name' in point ? point : null,
  };
}

async function chainIds(
  repository: Repository,
  manifest: BaseManifest,
): Promise<readonly string[] | null> {
  try {
    return (await chainOf(repository, manifest)).map(({ id }) => id);
  } catch (error) {
    if (error instanceof JemError && /^backup-(missing|corrupt)$/.test(error.code)) return null;
    throw error;
  }
}
