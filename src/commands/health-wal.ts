import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterStatus, ServerStatus } from '../backup/wal/status.ts';
import type { ArchiverState } from '../engines/archiving.ts';
import type { Session } from '../engines/engine.ts';
import type { Finding, NotApplicable } from '../engines/health.ts';
import { type Archiving, judgeWalArchive } from '../health/own/wal-archive.ts';
import type { OwnMeans, SharedBackups } from './health-backups.ts';

/** Milliseconds in which a segment that was finished just now has come to the archive. */
const arrival = 1500;

/** The check of the archived log: of the server's word, and of the repository where it is there. */
export async function lookAtArchive(
  backups: SharedBackups,
  session: Session,
  { probe }: OwnMeans,
): Promise<Finding | NotApplicable> {
  if (!session.wal) return { notApplicable: 'its log cannot be archived' };
  const state = await backups.archiver();
  if (state === null)
    return {
      ...{ status: 'unknown', value: null },
      summary: 'this role may not see the state of the archiver',
      hint: 'Look with a member of pg_monitor.',
    };
  const seen = await archivingOf(backups, state);
  if (!seen.failing && (seen.behind ?? 0) > 0) {
    // An idle server finishes a segment after hours: its archive is not as old as that makes it look.
    await sleep(arrival);
    const server = await session.wal();
    const again = await probe.bounded(() => server.state());
    return judgeWalArchive(await archivingOf(backups, again), Date.now());
  }
  return judgeWalArchive(seen, Date.now());
}

async function archivingOf(backups: SharedBackups, state: ArchiverState): Promise<Archiving> {
  const { clusterStatus, serverStatus } = await import('../backup/wal/status.ts');
  const repository = await backups.repository();
  const identifier = state.systemIdentifier;
  const isThere = (await repository.walClusters()).includes(identifier);
  const cluster = isThere
    ? await clusterStatus(repository, identifier, await backups.listed())
    : null;
  const server = serverStatus(state, cluster ? [cluster] : []);
  return {
    mode: state.archiveMode,
    currentSegment: state.currentSegment,
    lastFailed: state.lastFailed,
    failedCount: state.failedCount,
    failing: server.failing,
    waiting: state.waiting,
    place: cluster ? repository.display : null,
    gaps: cluster?.timelines.flatMap(({ gaps }) => gaps) ?? [],
    ...(cluster ? inRepository(cluster, server) : await asServerSays(state)),
  };
}

type Last = Pick<Archiving, 'last' | 'lastAt' | 'behind'>;

function inRepository({ timelines }: ClusterStatus, server: ServerStatus): Last {
  const line = timelines.find(({ timeline }) => timeline === server.timeline);
  return {
    last: line?.last ?? null,
    lastAt: line?.lastStoredAt ?? null,
    behind: server.behindSegments,
  };
}

/** Where another tool archives, nobody but the server knows of it. */
async function asServerSays(state: ArchiverState): Promise<Last> {
  const { parseWalName, segmentNumber } = await import('../wal-names.ts');
  const { lastArchived, lastArchivedAt, segmentBytes } = state;
  const [last, current] = [lastArchived, state.currentSegment].map((name) => {
    const at = name === null ? null : parseWalName(name)?.at;
    return at ? segmentNumber(at, segmentBytes) : null;
  });
  const known = typeof last === 'number' && typeof current === 'number';
  return {
    last: lastArchived,
    lastAt: lastArchivedAt,
    behind: known ? Math.max(0, current - last - 1) : null,
  };
}
