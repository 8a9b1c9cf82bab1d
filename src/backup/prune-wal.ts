import type { ListedBackup, Repository, StoredWal } from '../repository/contract.ts';
import { historiesOf } from './wal/archived.ts';
import { baseIn, basesByCluster, type KnownBase } from './wal/bases.ts';
import { keptByWindow, type StoredCluster, unneededWal } from './wal/keeping.ts';
import type { Span } from './span.ts';

/** The archive of one cluster, and what becomes of it. */
export interface PrunedWal {
  readonly systemIdentifier: string;
  /** Files that stay, and of segments the first one. */
  readonly kept: number;
  readonly keptFrom: string | null;
  readonly removed: number;
  readonly removedBytes: number;
  readonly removedFirst: string | null;
  readonly removedLast: string | null;
  /** Why all of it stays; null: what a base backup needs does. */
  readonly because: string | null;
}

/** The archives as they were before the backups were looked at. */
export interface Archives {
  readonly stored: ReadonlyMap<string, readonly StoredWal[]>;
  readonly histories: ReadonlyMap<string, StoredCluster['histories']>;
  /** Ids of backups in the making, of which nobody can tell yet what they need. */
  readonly underway: readonly string[];
}

export interface WalPlan {
  readonly systemIdentifier: string;
  readonly stored: readonly StoredWal[];
  /** The oldest first. */
  readonly remove: readonly StoredWal[];
  readonly because: string | null;
}

/**
 * Reads what is archived. To be called before the backups are listed: what a backup needs that is
 * begun later is archived later, and one that is published meanwhile is listed.
 */
export async function readArchives(repository: Repository): Promise<Archives> {
  const stored = new Map<string, readonly StoredWal[]>();
  const histories = new Map<string, StoredCluster['histories']>();
  for (const cluster of await repository.walClusters()) {
    const archive = repository.wal(cluster);
    const found = await archive.list();
    stored.set(cluster, found);
    histories.set(cluster, await historiesOf(archive, found));
  }
  return { stored, histories, underway: await repository.underway() };
}

/** Which base backups a window needs, by cluster, with why. */
export function windowsOf(
  listed: readonly ListedBackup[],
  archives: Archives,
  window: Span,
): ReadonlyMap<string, string> {
  const unknown = listed.filter(isUnknown).map(({ id }) => [id, 'not to be placed'] as const);
  const bases = basesByCluster(listed.map(({ manifest }) => manifest));
  const kept = [...bases].flatMap(([cluster, own]) => [
    ...keptByWindow(
      {
        bases: own,
        histories: archives.histories.get(cluster) ?? new Map(),
        stored: archives.stored.get(cluster) ?? [],
      },
      { window, clock: new Date() },
    ),
  ]);
  return new Map([...unknown, ...kept]);
}

/** A base backup that does not say where in the log it is. */
function isUnknown({ manifest }: ListedBackup): boolean {
  return manifest?.kind === 'base' && baseIn(manifest) === null;
}

/** What goes of each archive when `removed` of the listed backups go. */
export function planWal(
  listed: readonly ListedBackup[],
  removed: readonly string[],
  { stored, histories, underway }: Archives,
): readonly WalPlan[] {
  const staying = listed.filter(({ id }) => !removed.includes(id));
  const bases = basesByCluster(staying.map(({ manifest }) => manifest));
  return [...stored].map(([systemIdentifier, files]) => {
    const own = bases.get(systemIdentifier) ?? [];
    const because = whyAll(staying, own, underway);
    const ancestry = histories.get(systemIdentifier) ?? new Map();
    const remove = because === null ? unneededWal(files, own, ancestry) : [];
    return { systemIdentifier, stored: files, remove, because };
  });
}

/** Null: it is known what is needed. */
function whyAll(
  staying: readonly ListedBackup[],
  bases: readonly KnownBase[],
  underway: readonly string[],
): string | null {
  const unknown = staying.find((one) => one.manifest === null || isUnknown(one));
  if (unknown) return `nobody can tell what ${unknown.id} needs, which cannot be read`;
  if (underway.length > 0) return `backup ${underway[0]} is being made`;
  if (bases.length === 0) return 'no base backup of it is here';
  const sizes = new Set(bases.map(({ segmentBytes }) => segmentBytes));
  return sizes.size > 1 ? 'its segments have had more than one size' : null;
}

/** A plan as it is reported. */
export function reportOf({ systemIdentifier, stored, remove, because }: WalPlan): PrunedWal {
  const gone = new Set(remove);
  const kept = stored.filter((one) => !gone.has(one));
  const segments = (files: readonly StoredWal[]): readonly StoredWal[] =>
    files.filter(({ name }) => name.kind === 'segment');
  return {
    systemIdentifier,
    kept: kept.length,
    keptFrom: segments(kept)[0]?.name.name ?? null,
    removed: remove.length,
    removedBytes: remove.reduce((sum, { storedBytes }) => sum + storedBytes, 0),
    removedFirst: segments(remove)[0]?.name.name ?? null,
    removedLast: segments(remove).at(-1)?.name.name ?? null,
    because,
  };
}
