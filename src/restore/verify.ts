import type { RestoreCheck } from '../engines/backing-up.ts';
import type { Engine, ScratchOptions } from '../engines/engine.ts';
import { JemError } from '../errors.ts';
import { checkedFiles, damageIn } from '../repository/checked.ts';
import type { Repository } from '../repository/contract.ts';
import { fullName } from '../repository/full-name.ts';
import type {
  BaseManifest,
  Manifest,
  Proof,
  ProofTable,
  RecoveryProof,
} from '../repository/manifest.ts';
import { chosenId } from '../repository/named.ts';
import { version } from '../version.ts';
import { compareContent, type CompareOptions, compareStructure } from './compared.ts';
import { failedRestore, notRestored, orVerdict, type Seen } from './seen.ts';
import { verifyCluster, type VerifyRecovery } from './verify-cluster.ts';

export interface VerifyOptions extends CompareOptions {
  readonly place: ScratchOptions['place'];
  readonly environment: ScratchOptions['environment'];
  readonly binaries: string | null;
  /** Of a base backup: to where with the archived log; null: to its own end; an error: why so. */
  readonly recoveryOf: (manifest: BaseManifest) => Promise<VerifyRecovery | JemError | null>;
  /** The verdict as a page that people read. */
  readonly page: (proof: Proof, manifest: Manifest) => string;
}

export interface VerifyResult {
  readonly verified: boolean;
  readonly backup: Pick<Manifest, 'id' | 'kind' | 'engine' | 'database' | 'serverVersion'>;
  /** Null: it was not restored. */
  readonly restoredInto: string | null;
  readonly limits: readonly string[];
  readonly checks: readonly RestoreCheck[];
  readonly tables: readonly VerifiedTable[];
  /** The measured recovery time; null: it was not restored. */
  readonly restoreMs: number | null;
  /** What was written after this moment did not come back: ISO 8601, UTC. */
  readonly recoveryPoint: string;
  /** Null: without the archived log. */
  readonly recovery: RecoveryProof | null;
  readonly repository: string;
}

export interface VerifiedTable extends Omit<ProofTable, 'schema'> {
  readonly rows: number;
}

/**
 * Restores a backup into a throwaway database, compares all it holds with what the manifest says
 * of the snapshot, and records the verdict beside the backup. Throws `backup-missing`,
 * `backup-corrupt` where the manifest itself cannot be read, `scratch-unavailable`.
 */
export async function verifyBackup(
  repository: Repository,
  engineOf: (name: string) => Promise<Engine>,
  word: string,
  options: VerifyOptions,
): Promise<VerifyResult> {
  const startedAt = new Date();
  const id = await chosenId(repository, word);
  const manifest = await repository.manifest(id);
  const files = await checkedFiles(repository, id, ({ path }) =>
    options.onProgress({ done: 0, total: 0, what: `checking ${path}` }),
  );
  const damage = damageIn(files);
  const detail = damage || `${files.length} files, each as it was stored`;
  const stored: RestoreCheck = { id: 'files', ok: damage === '', detail };
  const seen: Seen = stored.ok
    ? await restoreAndLook(repository, await engineOf(manifest.engine), manifest, options)
    : notRestored(manifest, []);
  const proof = proofOf(manifest, startedAt, { ...seen, checks: [stored, ...seen.checks] });
  await repository.recordProof(id, proof, options.page(proof, manifest));
  return resultOf(manifest, proof, seen, repository.display);
}

async function restoreAndLook(
  repository: Repository,
  engine: Engine,
  manifest: Manifest,
  options: VerifyOptions,
): Promise<Seen> {
  const { signal } = options;
  if (manifest.kind === 'base') {
    const recovery = await options.recoveryOf(manifest);
    const scratch = wishOf(options);
    return verifyCluster(repository, engine, manifest, { ...options, scratch, recovery });
  }
  const { content, schema } = manifest;
  await using files = await repository.source(manifest.id, 'checked');
  const restored = await orVerdict(signal, async () =>
    (await engine.restoring()).restoreIntoScratch({ ...files, content, schema }, wishOf(options)),
  );
  if (restored instanceof JemError) return notRestored(manifest, [failedRestore(restored)]);
  await using scratch = restored;
  const { description, limits, restoreMs } = scratch;
  await using session = await scratch.connect();
  // First: what looks below SQL may need extensions, which are no part of the backup.
  const structure = await compareStructure(session, manifest, options);
  const [compared, below] = await both(compareContent(session, manifest, options), scratch.check());
  return {
    checks: [
      { id: 'restore', ok: true, detail: `into ${description}` },
      ...compared.checks,
      ...structure,
      ...below,
    ],
    tables: compared.tables,
    restored: { description, limits, restoreMs },
    serverVersion: session.serverVersion,
    recovery: null,
  };
}

/** Side by side; what one throws is thrown when the other has ended too. */
async function both<A, B>(one: Promise<A>, other: Promise<B>): Promise<readonly [A, B]> {
  await Promise.allSettled([one, other]);
  return [await one, await other];
}

function wishOf(options: VerifyOptions) {
  const { place, environment, binaries, ledgerTable, jobs, signal, onProgress } = options;
  return { like: null, place, environment, binaries, ledgerTable, jobs, signal, onProgress };
}

function proofOf(manifest: Manifest, startedAt: Date, seen: Seen): Proof {
  const { checks, tables, restored, serverVersion, recovery } = seen;
  return {
    format: 'jem-db-proof/1',
    backup: manifest.id,
    verified: restored !== null && checks.every(({ ok }) => ok !== false),
    startedAt: startedAt.toISOString(),
    finishedAt: new Date().toISOString(),
    jemDbVersion: version,
    restoredInto: restored?.description ?? '',
    limits: restored?.limits ?? [],
    serverVersion,
    restoreMs: restored?.restoreMs ?? 0,
    checks,
    tables,
    recovery,
  };
}

function resultOf(
  { id, kind, engine, database, serverVersion, startedAt }: Manifest,
  { verified, limits, checks, tables }: Proof,
  { restored, recovery }: Seen,
  repository: string,
): VerifyResult {
  return {
    verified,
    backup: { id, kind, engine, database, serverVersion },
    restoredInto: restored?.description ?? null,
    limits,
    checks,
    tables: tables.map(({ match, expected, actual, ...table }) => ({
      name: fullName(table),
      rows: expected?.rows ?? actual?.rows ?? 0,
      ...{ match, expected, actual },
    })),
    restoreMs: restored?.restoreMs ?? null,
    recoveryPoint: recovery?.lastTransactionAt ?? startedAt,
    recovery,
    repository,
  };
}
