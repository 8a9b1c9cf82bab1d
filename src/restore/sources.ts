import type { RestoreSource } from '../engines/backing-up.ts';
import { chainOf } from '../repository/chain.ts';
import type { Repository } from '../repository/contract.ts';
import type { BaseManifest } from '../repository/manifest.ts';

/** The files of a base backup and of those that it builds on, the whole one first. */
export interface ChainSources extends AsyncDisposable {
  readonly sources: readonly RestoreSource[];
}

/**
 * Checks every file of all that a restore needs. Throws `backup-missing`, `backup-corrupt`, and as
 * `Repository.source` does.
 */
export async function openChain(
  repository: Repository,
  manifest: BaseManifest,
): Promise<ChainSources> {
  const sources: RestoreSource[] = [];
  const dispose = async (): Promise<void> => {
    for (const source of sources.toReversed()) await source[Symbol.asyncDispose]();
  };
  try {
    for (const { id } of await chainOf(repository, manifest))
      sources.push(await repository.source(id));
    return { sources, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}
