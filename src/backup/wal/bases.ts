import type { Manifest } from '../../repository/manifest.ts';
import { parseLsn } from '../../wal-names.ts';
import type { BaseBackup } from './windows.ts';

/** A base backup as its manifest tells it, as far as the log is concerned. */
export interface KnownBase extends BaseBackup {
  /** System identifier. */
  readonly cluster: string;
  /** Of the server's log. */
  readonly segmentBytes: number;
  /** By the clock of who took it. */
  readonly finishedAt: Date;
  /** Id of the one that it builds on; null: none. */
  readonly parent: string | null;
}

/** Null: it is none, or does not say where in the log it is. */
export function baseIn(manifest: Manifest | null): KnownBase | null {
  if (manifest?.kind !== 'base') return null;
  const { id, cluster, parent, finishedAt, facts } = manifest;
  const [startLsn, stopLsn] = [facts['startLsn'], facts['stopLsn']].map((lsn) =>
    parseLsn(String(lsn)),
  );
  const [timeline, segmentBytes] = [Number(facts['timeline']), Number(facts['segmentSize'])];
  const isKnown = [timeline, segmentBytes].every((each) => Number.isInteger(each) && each > 0);
  if (!startLsn || !stopLsn || !isKnown) return null;
  return {
    ...{ id, cluster, parent, timeline, startLsn, stopLsn, segmentBytes },
    finishedAt: new Date(finishedAt),
    includesWal: true,
  };
}

/**
 * Ids of what a restore of a base backup needs, itself last; null: one of them is not there. Ids sort
 * by time: what builds on something later was made up.
 */
export function chainIn(
  bases: readonly Pick<KnownBase, 'id' | 'parent'>[],
  { id, parent }: Pick<KnownBase, 'id' | 'parent'>,
): readonly string[] | null {
  if (parent === null) return [id];
  const found = bases.find((one) => one.id === parent && one.id < id);
  const chain = found ? chainIn(bases, found) : null;
  return chain && [...chain, id];
}

/** The base backups of a list, by system identifier. */
export function basesByCluster(
  manifests: readonly (Manifest | null)[],
): ReadonlyMap<string, readonly KnownBase[]> {
  const found = new Map<string, readonly KnownBase[]>();
  for (const base of manifests.map(baseIn))
    if (base) found.set(base.cluster, [...(found.get(base.cluster) ?? []), base]);
  return found;
}
