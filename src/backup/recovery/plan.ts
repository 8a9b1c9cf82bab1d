import type { RecoveryTarget } from '../../engines/recovering.ts';
import { JemError } from '../../errors.ts';
import type { Repository } from '../../repository/contract.ts';
import type { BaseManifest } from '../../repository/manifest.ts';
import { chosenId } from '../../repository/named.ts';
import { baseIn } from '../wal/bases.ts';
import { type RecoveryWindow, recoveryWindows } from '../wal/windows.ts';
import { openLog, type ReadOptions } from './archived-log.ts';
import { judge, type Place, type Reach } from './reach.ts';

export interface RecoveryWish extends ReadOptions {
  /** An id, how one begins, `latest`; null, and `latest`: the newest that leads to the target. */
  readonly word: string | null;
  readonly target: RecoveryTarget;
  /** Null: the newest that leads from the backup. */
  readonly timeline: number | null;
}

/** A recovery that will reach its target, as far as the archive tells. */
export interface RecoveryPlan {
  readonly manifest: BaseManifest;
  readonly target: RecoveryTarget;
  readonly timeline: number;
  /** What this backup and the archive can be recovered to. */
  readonly earliest: Place;
  readonly newest: Place;
}

/**
 * Chooses the base backup and the timeline of a recovery, and looks whether the target can be
 * reached, before anything is written. Throws `restore-refused` with what can be recovered to.
 */
export async function planRecovery(
  repository: Repository,
  wish: RecoveryWish,
): Promise<RecoveryPlan> {
  const { target } = wish;
  const candidates = await candidatesFor(repository, wish.word);
  const [newest] = candidates;
  if (!newest) throw noBackup(repository);
  const log = await openLog(repository, newest.cluster);
  if (log === null) throw noArchive(repository, newest);
  let refusal: JemError | null = null;
  for (const manifest of candidates) {
    const base = baseIn(manifest);
    const windows = base ? recoveryWindows(log, [base]) : [];
    const window = windowOn(windows, wish.timeline);
    if (base === null || window === null) {
      refusal ??= noWindow(manifest, windows, wish.timeline);
      continue;
    }
    const { reach, verdict } = await judge(log, base, window, {
      ...wish,
      startedAt: manifest.startedAt,
    });
    const { earliest, newest } = reach;
    if (verdict.kind === 'there')
      return { manifest, target, timeline: window.timeline, earliest, newest };
    refusal = outOfReach(target, reach, verdict.why);
    if (verdict.kind !== 'early') break;
  }
  throw refusal ?? noBackup(repository);
}

/** The newest first; those of one cluster. */
async function candidatesFor(
  repository: Repository,
  word: string | null,
): Promise<readonly BaseManifest[]> {
  if (word !== null && word !== 'latest') {
    const manifest = await repository.manifest(await chosenId(repository, word));
    if (manifest.kind === 'base') return [manifest];
    throw new JemError('usage', `Backup ${manifest.id} holds one moment`, {
      why: 'It is a logical backup. What was written later is in base backups and the WAL archive.',
      hint: 'Leave the target out, or name a base backup: jem-db backup list',
    });
  }
  const listed = await repository.list();
  const bases = listed.flatMap(({ manifest }) => (manifest?.kind === 'base' ? [manifest] : []));
  const clusters = [...new Set(bases.map(({ cluster }) => cluster))];
  if (clusters.length > 1)
    throw new JemError('usage', `${repository.display} has base backups of several clusters`, {
      why: `Their system identifiers are ${clusters.join(', ')}.`,
      hint: 'Name the backup to begin with: jem-db backup list',
    });
  return bases.toReversed();
}

function windowOn(
  windows: readonly RecoveryWindow[],
  timeline: number | null,
): RecoveryWindow | null {
  if (timeline !== null) return windows.find((one) => one.timeline === timeline) ?? null;
  return windows.toSorted((one, other) => other.timeline - one.timeline)[0] ?? null;
}

/** What can be recovered to, for the reader. */
function reachText({ earliest, newest }: Pick<RecoveryPlan, 'earliest' | 'newest'>): string {
  const from = earliest.at === null ? '' : ` (${earliest.at})`;
  const to = newest.at === null ? '' : ` (${newest.at})`;
  return `from ${earliest.lsn}${from} to ${newest.lsn}${to}`;
}

const kinds: Readonly<Record<RecoveryTarget['kind'], (value: string) => string>> = {
  time: (value) => `The time ${value}`,
  lsn: (value) => `The place ${value} of the log`,
  name: (value) => `The restore point "${value}"`,
  latest: () => 'The end of the archive',
};

function outOfReach(target: RecoveryTarget, reach: Reach, why: string): JemError {
  const { base, window } = reach;
  const what = kinds[target.kind](target.value ?? '');
  return new JemError('restore-refused', `${what} cannot be recovered to`, {
    why: `${why} Backup ${base.id} can be recovered ${reachText(reach)} on timeline ${window.timeline}. Nothing was started or written.`,
    hint: `Choose a target within: --to-lsn ${reach.newest.lsn}${window.missing === null ? ', --to-latest' : ''}; \`jem-db backup wal status\` shows every window.`,
  });
}

function noWindow(
  { id }: BaseManifest,
  windows: readonly RecoveryWindow[],
  timeline: number | null,
): JemError {
  const others = windows.map((one) => one.timeline).join(', ');
  return new JemError('restore-refused', `Backup ${id} cannot be recovered with the archive`, {
    why:
      timeline === null || others === ''
        ? 'No timeline of the archive leads from it.'
        : `Timeline ${timeline} does not lead from it, or is not archived; ${others} ${windows.length === 1 ? 'does' : 'do'}.`,
    hint: 'Look at the timelines: jem-db backup wal status',
  });
}

function noArchive({ display }: Repository, { id, cluster }: BaseManifest): JemError {
  return new JemError('restore-refused', `There is no WAL archive of cluster ${cluster}`, {
    why: `${display} has nothing of its log: backup ${id} can be restored to its own end alone.`,
    hint: 'Leave the target out; archive the log from now on: jem-db backup wal push --help',
  });
}

function noBackup({ display }: Repository): JemError {
  return new JemError('backup-missing', `There is no base backup in ${display}`, {
    hint: 'Take one: jem-db backup create --kind base. A recovery begins with one.',
  });
}
