import { JemError } from '../../errors.ts';
import type { ListedBackup, Repository, StoredWal } from '../../repository/contract.ts';
import { historiesOf } from './archived.ts';
import { basesByCluster, chainIn, type KnownBase } from './bases.ts';
import { numbersByTimeline } from './coverage.ts';
import type { Histories } from './timelines.ts';
import { recoveryWindows, type RecoveryWindow } from './windows.ts';

/** A window with the times of its ends: when the backup had ended, and the last segment was stored. */
export interface TimedWindow extends RecoveryWindow {
  /** ISO 8601, UTC. */
  readonly fromAt: string;
  readonly toAt: string;
}

/** What of an archive the windows are made of. */
export interface ArchiveRead {
  readonly stored: readonly StoredWal[];
  readonly histories: Histories;
  readonly segmentBytes: number;
}

/** The windows that base backups open; one that cannot be restored opens none. */
export function timedWindows(
  bases: readonly KnownBase[],
  { stored, histories, segmentBytes }: ArchiveRead,
): readonly TimedWindow[] {
  const whole = bases.filter((base) => chainIn(bases, base) !== null);
  const ended = new Map(whole.map(({ id, finishedAt }) => [id, finishedAt.toISOString()]));
  const storedAt = new Map(stored.map((one) => [one.name.name, one.storedAt]));
  const numbers = numbersByTimeline(stored, segmentBytes);
  return recoveryWindows({ segmentBytes, numbers, histories }, whole).map((window) => {
    const fromAt = ended.get(window.base) ?? '';
    const last = window.lastSegment === null ? undefined : storedAt.get(window.lastSegment);
    return { ...window, fromAt, toAt: last && last > fromAt ? last : fromAt };
  });
}

/** The windows of every base backup of a list, by id; none where the archive cannot be read. */
export async function windowsByBase(
  repository: Repository,
  listed: readonly ListedBackup[],
): Promise<ReadonlyMap<string, readonly TimedWindow[]>> {
  const windows = new Map<string, readonly TimedWindow[]>();
  for (const [cluster, bases] of basesByCluster(listed.map(({ manifest }) => manifest))) {
    const found = await windowsOf(repository, cluster, bases);
    if (found)
      for (const { id } of bases)
        windows.set(
          id,
          found.filter(({ base }) => base === id),
        );
  }
  return windows;
}

/** Without the key, say, the histories of an archive cannot be read; that is for others to report. */
async function windowsOf(
  repository: Repository,
  cluster: string,
  bases: readonly KnownBase[],
): Promise<readonly TimedWindow[] | null> {
  const archive = repository.wal(cluster);
  const stored = await archive.list();
  try {
    const histories = await historiesOf(archive, stored);
    return timedWindows(bases, { stored, histories, segmentBytes: bases[0]?.segmentBytes ?? 0 });
  } catch (error) {
    if (error instanceof JemError) return null;
    throw error;
  }
}
