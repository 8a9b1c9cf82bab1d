import type { ArchiverState } from '../../engines/archiving.ts';
import type { ListedBackup, Repository } from '../../repository/contract.ts';
import { segmentNumber, parseWalName } from '../../wal-names.ts';
import { type Verdict, verdictOf } from '../summary.ts';
import { historiesOf, segmentBytesOf } from './archived.ts';
import { basesByCluster } from './bases.ts';
import { coverage, type TimelineCoverage } from './coverage.ts';
import { timedWindows, type TimedWindow } from './recoverable.ts';

/** The last time that a base backup was restored, and proved. */
export interface ProvedRecovery extends Pick<Verdict, 'at'> {
  readonly backup: string;
}

export interface ClusterStatus {
  readonly systemIdentifier: string;
  /** Null: there is no segment yet. */
  readonly segmentBytes: number | null;
  readonly timelines: readonly TimelineCoverage[];
  readonly histories: readonly string[];
  readonly windows: readonly TimedWindow[];
  /** Null: none was proved yet. */
  readonly proved: ProvedRecovery | null;
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
    clusters.push(await clusterStatus(repository, identifier, await repository.list()));
  return {
    repository: repository.display,
    clusters,
    server: state && serverStatus(state, clusters),
    asOf: new Date().toISOString(),
  };
}

/** What is archived of one cluster. Throws as `walStatus` does. */
export async function clusterStatus(
  repository: Repository,
  systemIdentifier: string,
  listed: readonly ListedBackup[],
): Promise<ClusterStatus> {
  const archive = repository.wal(systemIdentifier);
  const stored = await archive.list();
  const histories = await historiesOf(archive, stored);
  const segmentBytes = await segmentBytesOf(archive, stored);
  const own = segmentBytes ?? 2 ** 24;
  const bases = basesByCluster(listed.map(({ manifest }) => manifest)).get(systemIdentifier) ?? [];
  return {
    systemIdentifier,
    segmentBytes,
    timelines: coverage(stored, own, histories),
    histories: stored.filter(({ name }) => name.kind === 'history').map(({ name }) => name.name),
    windows: timedWindows(bases, { stored, histories, segmentBytes: own }),
    proved: lastProved(listed.filter(({ id }) => bases.some((base) => base.id === id))),
  };
}

function lastProved(listed: readonly ListedBackup[]): ProvedRecovery | null {
  const proofs = listed.flatMap(({ id, lastProof }) => {
    const verdict = verdictOf(lastProof);
    return verdict?.verified ? [{ backup: id, at: verdict.at }] : [];
  });
  return proofs.toSorted((a, b) => (a.at < b.at ? -1 : 1)).at(-1) ?? null;
}

/** Pure. */
export function serverStatus(
  state: ArchiverState,
  clusters: readonly ClusterStatus[],
): ServerStatus {
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
