import { JemError } from '../../../errors.ts';
import { lsnText, parseLsn, segmentName } from '../../../wal-names.ts';
import type { ArchiverState, WalServer } from '../../archiving.ts';
import type { Row } from '../../values.ts';
import type { PostgresSession } from '../session.ts';
import { walReceiver } from './receiver.ts';

/** The log of the server that a session is connected to. */
export function walServer(session: PostgresSession): WalServer {
  return {
    state: () => archiverState(session),
    receiver: (options) => walReceiver(session, options),
  };
}

const utc = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const stateQuery = `
select (select system_identifier::text from pg_control_system()) as identifier,
  (select bytes_per_wal_segment::text from pg_control_init()) as segment_bytes,
  case when pg_is_in_recovery() then (select timeline_id::text from pg_control_checkpoint())
    else (('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int)::text
  end as timeline,
  case when pg_is_in_recovery()
    then coalesce(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())
    else pg_current_wal_insert_lsn() end::text as lsn,
  current_setting('archive_mode') as mode,
  archived_count::text as archived, last_archived_wal as last_archived,
  ${utc('last_archived_time')} as archived_at,
  failed_count::text as failed, last_failed_wal as last_failed,
  ${utc('last_failed_time')} as failed_at
from pg_stat_archiver`;

async function archiverState(session: PostgresSession): Promise<ArchiverState> {
  const [row = {}] = await session.query(stateQuery);
  const text = (name: string): string => textIn(row, name) ?? '';
  const segmentBytes = Number(text('segment_bytes'));
  const timeline = Number(text('timeline'));
  const lsn = parseLsn(text('lsn')) ?? 0n;
  return {
    systemIdentifier: text('identifier'),
    timeline,
    currentLsn: lsnText(lsn),
    currentSegment: segmentName(timeline, Number(lsn / BigInt(segmentBytes)), segmentBytes),
    segmentBytes,
    archiveMode: text('mode'),
    archivedCount: Number(text('archived')),
    lastArchived: textIn(row, 'last_archived'),
    lastArchivedAt: textIn(row, 'archived_at'),
    failedCount: Number(text('failed')),
    lastFailed: textIn(row, 'last_failed'),
    lastFailedAt: textIn(row, 'failed_at'),
    waiting: await waiting(session),
  };
}

function textIn(row: Row, name: string): string | null {
  const value = row[name];
  return typeof value === 'string' ? value : null;
}

/** Only members of pg_monitor may look. */
async function waiting(session: PostgresSession): Promise<number | null> {
  try {
    const [row] = await session.query(
      "select count(*)::text as number from pg_ls_archive_statusdir() where name like '%.ready'",
    );
    return Number(row?.['number']);
  } catch (error) {
    if (error instanceof JemError && error.code === 'permission-denied') return null;
    throw error;
  }
}
