import type { Finding, HealthCheck, NotApplicable } from '../../engines/health.ts';
import { span } from './span.ts';

/** The log of a server, held against where it is archived. */
export interface Archiving {
  /** `archive_mode`. */
  readonly mode: string;
  readonly currentSegment: string;
  /** The last whole segment of its timeline: of the repository, or as the server says. */
  readonly last: string | null;
  /** ISO 8601, UTC. */
  readonly lastAt: string | null;
  /** Whole segments that the server is ahead; null: nothing of its timeline is archived. */
  readonly behind: number | null;
  readonly failing: boolean;
  readonly lastFailed: string | null;
  readonly failedCount: number;
  /** Files that wait to be archived; null where this role may not see them. */
  readonly waiting: number | null;
  /** Where that is known from: the repository, or the server alone; null: it is nowhere. */
  readonly place: string | null;
  readonly gaps: readonly {
    readonly first: string;
    readonly last: string;
    readonly segments: number;
  }[];
}

export const walArchiveCheck: HealthCheck = {
  id: 'wal-archive',
  title: 'age of the last archived WAL while the server is ahead',
  group: 'backups',
  unit: 's',
  thresholds: { warning: 600, critical: 3600 },
  source: 'jem-db; check_pgactivity: critical where the last try failed',
};

/** Pure. */
export function judgeWalArchive(archiving: Archiving, now: number): Finding | NotApplicable {
  const { mode, last, lastAt, behind, failing, place, gaps } = archiving;
  if (mode === 'off' && place === null) return { notApplicable: 'archive_mode is off' };
  const age = lastAt === null ? null : Math.max(0, Math.round((now - Date.parse(lastAt)) / 1000));
  if (failing && mode !== 'off')
    return {
      status: 'critical',
      value: behind === 0 ? 0 : age,
      summary: `archive_command failed last, on ${archiving.lastFailed} (${archiving.failedCount} failures); the last archived is ${last ?? 'none'}`,
      hint: 'The server’s log has what it said. WAL piles up in pg_wal until it succeeds: see `jem-db backup wal status -d URL`',
    };
  const [gap] = gaps;
  if (gap)
    return {
      status: 'critical',
      value: age,
      summary: `WAL is missing in ${place}: ${gap.first}${gap.segments > 1 ? ` to ${gap.last} (${gap.segments} segments)` : ''}`,
      hint: 'No recovery passes a gap: take a new base backup, `jem-db backup create --kind base`',
      objects: gaps.map((one) => ({
        name: `${one.first} to ${one.last}`,
        value: one.segments,
        detail: `${one.segments} missing`,
      })),
    };
  if (behind === null || age === null) return nothingYet(archiving);
  return {
    status: behind === 0 ? 'ok' : null,
    value: behind === 0 ? 0 : age,
    summary:
      behind === 0
        ? `all finished WAL is archived, the last is ${last}, ${span(age)} ago${place === null ? ', as the server says' : ''}`
        : `the server is ${behind} ${behind === 1 ? 'segment' : 'segments'} ahead of the archive, ${last} came ${span(age)} ago`,
    hint: 'Look at the archiver: SELECT * FROM pg_stat_archiver; and `jem-db backup wal status -d URL`',
  };
}

/** An empty archive_command is never tried, and so never fails: what waits tells. */
function nothingYet({ waiting, place, currentSegment }: Archiving): Finding {
  const where = place === null ? '' : ` in ${place}`;
  if (waiting === null)
    return {
      ...{ status: 'unknown', value: null },
      summary: `nothing of this server’s WAL is archived${where}, and this role may not see what waits`,
      hint: 'GRANT pg_monitor TO this role.',
    };
  if (waiting === 0)
    return {
      ...{ status: 'ok', value: 0 },
      summary: `nothing waits to be archived, the server writes ${currentSegment}`,
      hint: null,
    };
  return {
    ...{ status: 'critical', value: null },
    summary: `nothing of this server’s WAL is archived${where}, and ${waiting} ${waiting === 1 ? 'file waits' : 'files wait'}`,
    hint: 'Set archive_command: `jem-db backup wal push --help` has it; then see `jem-db backup wal status -d URL`',
  };
}
