import type { RestoreCheck } from '../engines/backing-up.ts';
import type { BaseBackups, Engine, RestoredScratch } from '../engines/engine.ts';
import type { Repository } from '../repository/contract.ts';
import type { BaseManifest } from '../repository/manifest.ts';
import type { Seen } from './seen.ts';
import { openChain } from './sources.ts';

type Wish = Parameters<BaseBackups['restoreIntoScratch']>[1];

/** Restores a base backup, with all that it builds on. Throws as `restoreIntoScratch` does. */
export async function clusterInScratch(
  repository: Repository,
  engine: Engine,
  manifest: BaseManifest,
  wish: Wish,
): Promise<RestoredScratch> {
  const backups = await engine.baseBackups?.();
  if (!backups) throw new Error(`${engine.name} has no base backups`);
  await using chain = await openChain(repository, manifest);
  return await backups.restoreIntoScratch(chain.sources, wish);
}

/** Looks at a restored cluster, and disposes of it. */
export async function lookAtCluster(
  restored: RestoredScratch,
  { restorePoint, withoutPoint }: BaseManifest,
): Promise<Seen> {
  await using scratch = restored;
  await using session = await scratch.connect();
  const { description, limits, restoreMs } = scratch;
  const fingerprints: RestoreCheck = {
    id: 'fingerprints',
    ok: null,
    detail: restorePoint
      ? `taken at the restore point ${restorePoint.name}, which only the WAL archive reaches`
      : `none were taken: ${withoutPoint}`,
  };
  return {
    checks: [
      { id: 'restore', ok: true, detail: `into ${description}` },
      ...(await scratch.check()),
      fingerprints,
    ],
    tables: [],
    restored: { description, limits, restoreMs },
    serverVersion: session.serverVersion,
  };
}
