import { join } from 'node:path';
import type { RecoveryPlan } from '../backup/recovery/plan.ts';
import { JemError } from '../errors.ts';
import type { Repository } from '../repository/contract.ts';
import type { BaseManifest } from '../repository/manifest.ts';
import type { VerifyRecovery } from '../restore/verify-cluster.ts';
import type { Context } from './context.ts';
import { planned } from './recovery-options.ts';

/**
 * How a base backup is proved with the archive: as planned, else to its own restore point. An error
 * says why it cannot be; null: it has none.
 */
export async function recoveryFor(
  repository: Repository,
  manifest: BaseManifest,
  plan: RecoveryPlan | null,
  context: Context,
): Promise<VerifyRecovery | JemError | null> {
  const found = plan ?? (await toOwnPoint(repository, manifest, context));
  if (found === null || found instanceof JemError) return found;
  const { fetchWal } = await import('../backup/wal/fetch.ts');
  const { target, timeline, newest } = found;
  const systemIdentifier = manifest.cluster;
  return {
    ...{ target, timeline, newest, lastRecord: newest.lsn },
    fetch: async (file, to) => {
      const dataFolder = join(to, '..');
      const { signal } = context;
      const wish = { file, to, dataFolder, systemIdentifier, partial: true, signal };
      return (await fetchWal(repository, wish)).found;
    },
  };
}

async function toOwnPoint(
  repository: Repository,
  { id, restorePoint }: BaseManifest,
  context: Context,
): Promise<RecoveryPlan | JemError | null> {
  if (restorePoint === null) return null;
  const target = { kind: 'name', value: restorePoint.name, inclusive: true } as const;
  try {
    return await planned(repository, id, { target, timeline: null }, context);
  } catch (error) {
    if (error instanceof JemError && error.code === 'restore-refused') return error;
    throw error;
  }
}
