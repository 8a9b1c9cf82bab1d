import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { JemError } from '../../../errors.ts';
import type { Progress, RestoreSource } from '../../backing-up.ts';
import { baseFactsOf } from './facts.ts';
import { type BaseTools, combine, verifyCluster } from './tools.ts';
import { type Tablespace, tablespacesOf, unpackBackup } from './unpack.ts';

export interface Assembling {
  /** Does not exist yet; its parent does. Becomes the data folder. */
  readonly data: string;
  /** For what is put together; on the disk of `data`. */
  readonly parts: string;
  /** Where a tablespace goes, absolute; it is there and empty. */
  readonly placeOf: (tablespace: Tablespace) => string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/**
 * Makes a cluster of a whole backup and those that build on it, and proves its files with
 * `pg_verifybackup`. Throws `backup-corrupt`, `restore-failed`.
 */
export async function assemble(
  chain: readonly RestoreSource[],
  tools: BaseTools,
  { data, parts, placeOf, signal, onProgress }: Assembling,
): Promise<void> {
  const last = lastOf(chain);
  const total = chain.reduce((sum, source) => sum + bytesOf(source), 0);
  let done = 0;
  const onBytes = (bytes: number): void => {
    done += bytes;
    onProgress({ done, total, what: 'unpacking' });
  };
  if (chain.length === 1) {
    await mkdir(data, { mode: 0o700 });
    await unpackBackup(last, data, { placeOf, signal, onBytes });
  } else {
    const folders: string[] = [];
    const placeIn = (at: number, { oid }: Tablespace): string => join(parts, `${at}-${oid}`);
    for (const [at, source] of chain.entries()) {
      const folder = join(parts, String(at));
      folders.push(folder);
      await mkdir(folder, { mode: 0o700 });
      for (const one of tablespacesOf(source)) await mkdir(placeIn(at, one), { mode: 0o700 });
      await unpackBackup(source, folder, { placeOf: (one) => placeIn(at, one), signal, onBytes });
    }
    onProgress({ done: 0, total: 0, what: 'putting the backups together' });
    const places = tablespacesOf(last).map(
      (one) => [placeIn(chain.length - 1, one), placeOf(one)] as const,
    );
    const tablespaces = new Map(places);
    await combine(tools, { folders, into: data, tablespaces, signal });
    await rm(parts, { recursive: true, force: true });
  }
  onProgress({ done: 0, total: 0, what: 'verifying what was restored' });
  await verifyCluster(tools, data, signal);
}

/** The backup that is restored. */
export function lastOf(chain: readonly RestoreSource[]): RestoreSource {
  const last = chain.at(-1);
  if (last) return last;
  throw new Error('a restore of no backup');
}

/** Of its files, as the server estimated. */
export function bytesOf({ facts }: RestoreSource): number {
  return baseFactsOf(facts).archives.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
}

/** Those of one chain are of one cluster, and of one major version. Throws `backup-corrupt`. */
export function requireOneCluster(chain: readonly RestoreSource[]): void {
  const clusters = chain.map(({ facts }) => baseFactsOf(facts).systemIdentifier);
  if (new Set(clusters).size === 1) return;
  throw new JemError('backup-corrupt', 'The backups that belong together are of several clusters', {
    why: `Their system identifiers are ${[...new Set(clusters)].join(', ')}.`,
    hint: 'Restore another backup: jem-db backup list',
  });
}
