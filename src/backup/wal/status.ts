import type { ArchiverState } from '../../engines/archiving.ts';
import { loadWalFormat } from '../../engines/wal-registry.ts';
import type { Repository, StoredWal, WalArchive } from '../../repository/contract.ts';
import { segmentNumber, parseWalName } from '../../wal-names.ts';
import { baseBackupOf } from './bases.ts';
import { coverage, numbersByTimeline, type TimelineCoverage } from './coverage.ts';
import { whole } from './growth.ts';
import { type Histories, parseHistory } from './timelines.ts';
import { type BaseBackup, recoveryWindows, type RecoveryWindow } from './windows.ts';

export interface ClusterStatus {
  readonly systemIdentifier: string;
  /** Null: there is no segment yet. */
  readonly segmentBytes: number | null;
  readonly timelines: readonly TimelineCoverage[];
  readonly histories: readonly string[];
  readonly windows: readonly RecoveryWindow[];
}

/** What a server says, held against the archive. */
export interface ServerStatus extends ArchiverState {
  /** Whole segments before the current one that the archive does not have; null: it has none at all. */
  readonly behindSegments: number | null;
  /** Its last try has failed. */
  readonly failing: boolean;
}

export interface WalStatus {
  readonly repository: string;
  readonly clusters: readonly ClusterStatus[];
  /** Null: no server was named. */
  readonly server: ServerStatus | null;
  /** ISO 8601, UTC. */
  readonly asOf: string;
}

/** What is archived, by cluster and timeline. Throws what the repository throws, `wal-corrupt`. */
export async function walStatus(
  repository: Repository,
  state: ArchiverState | null,
): Promise<WalStatus> {
  const clusters: ClusterStatus[] = [];
  for (const identifier of await repository.walClusters())
    clusters.push(await clusterStatus(repository, identifier));
  return {
    repository: repository.display,
    clusters,
    server: state && serverStatus(state, clusters),
    asOf: new Date().toISOString(),
  };
}

async function clusterStatus(
  repository: Repository,
  systemIdentifier: string,
): Promise<ClusterStatus> {
  const archive = repository.wal(systemIdentifier);
  const stored = await archive.list();
  const histories = await historiesOf(archive, stored);
  const segmentBytes = await segmentBytesOf(archive, stored);
  const own = segmentBytes ?? 2 ** 24;
  return {
    systemIdentifier,
    segmentBytes,
    timelines: coverage(stored, own, histories),
    histories: stored.filter(({ name }) => name.kind === 'history').map(({ name }) => name.name),
    windows: recoveryWindows(
      { segmentBytes: own, numbers: numbersByTimeline(stored, own), histories },
      await basesOf(repository, systemIdentifier),
    ),
  };
}

/** Those that are archived. Throws what the repository throws, `wal-corrupt`. */
export async function historiesOf(
  archive: WalArchive,
  stored: readonly StoredWal[],
): Promise<Histories> {
  const found = stored.filter(({ name }) => name.kind === 'history');
  const read = found.map(async (one) => {
    const text = (await whole(archive.content(one))).toString('utf8');
    return [one.name.timeline, parseHistory(text)] as const;
  });
  return new Map(await Promise.all(read));
}

/** As the first page of a segment tells it. */
export async function segmentBytesOf(
  archive: WalArchive,
  stored: readonly StoredWal[],
): Promise<number | null> {
  const format = await loadWalFormat();
  const one = stored.findLast(({ name }) => name.kind === 'segment' || name.kind === 'partial');
  if (one) for await (const piece of archive.content(one)) return format.segmentBytes(piece);
  return null;
}

async function basesOf(repository: Repository, identifier: string): Promise<readonly BaseBackup[]> {
  const listed = await repository.list();
  return listed.flatMap(({ manifest }) => {
    const base = manifest && baseBackupOf(manifest);
    return base && manifest.facts['systemIdentifier'] === identifier ? [base] : [];
  });
}

function serverStatus(state: ArchiverState, clusters: readonly ClusterStatus[]): ServerStatus {
  const own = clusters.find((one) => one.systemIdentifier === state.systemIdentifier);
  const line = own?.timelines.find(({ timeline }) => timeline === state.timeline);
  const [last, current] = [line?.last ?? null, state.currentSegment].map((name) => {
    const at = name === null ? null : (parseWalName(name)?.at ?? null);
    return at && segmentNumber(at, state.segmentBytes);
  });
  const behind =
    typeof last === 'number' && typeof current === 'number' ? current - last - 1 : null;
  const { lastFailedAt, lastArchivedAt } = state;
  return {
    ...state,
    behindSegments: behind === null ? null : Math.max(0, behind),
    failing: lastFailedAt !== null && (lastArchivedAt === null || lastFailedAt > lastArchivedAt),
  };
}
