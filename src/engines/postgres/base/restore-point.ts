import { JemError } from '../../../errors.ts';
import type { BaseBackupOptions, RestorePoint } from '../../base-backup.ts';
import { bytesOf } from '../backup/content.ts';
import { readContent, readStructure } from '../backup/describe.ts';
import { type Snapshot, withMoment } from '../backup/snapshot.ts';
import { firstRows } from '../first-rows.ts';
import { literal } from '../quoting.ts';
import type { PostgresSession } from '../session.ts';

/** Each takes some milliseconds; where four clients commit without a pause, one of 50 will do. */
const tries = 1000;

interface Moment extends Pick<Snapshot, 'name'> {
  readonly point: string;
  readonly lsn: string;
  /** `xmin:xmax:xids`. */
  readonly seen: string;
  readonly inProgress: readonly string[];
}

/**
 * Makes a restore point, and takes the fingerprints of the database of the session at exactly that
 * place in the log. Throws `backup-incomplete` where that cannot be done, and as `withSnapshot`.
 *
 * The snapshot is taken by the very statement that makes the point; it is the state at the point
 * where no commit record was written between the two, and none stands before the point of a
 * transaction that the snapshot does not see. That is so where right afterwards nothing has ended
 * (another snapshot says the same), and nobody who has not ended can have written a commit record
 * yet: such a backend waits for its client or for something that no commit waits for.
 */
export async function makeRestorePoint(
  first: PostgresSession,
  options: BaseBackupOptions,
): Promise<RestorePoint> {
  const { signal } = options;
  // The first has had nothing to do for as long as the files took: it may be gone.
  await using session = await first.connectAgain(signal);
  await requireRights(session);
  await using watch = await first.connectAgain(signal);
  let [tried, made] = [0, 0];
  const take = async (): Promise<Moment | null> => {
    tried++;
    if (tried > tries) throw tooBusy();
    const name = `jem-db-${options.id}${made === 0 ? '' : `-${made + 1}`}`;
    const moment = await takeMoment(session, watch, name);
    if (moment === 'moved') made++;
    return typeof moment === 'string' ? null : moment;
  };
  return await withMoment(session, signal, take, (moment) =>
    described(session, watch, moment, options),
  );
}

function tooBusy(): JemError {
  return new JemError('backup-incomplete', 'The server was too busy for a restore point', {
    why: `In each of ${tries} moments somebody was just committing, or may have been.`,
    hint: 'Take the backup in a quieter hour where recovery is to be proved by fingerprints.',
  });
}

const rightsSql = `
SELECT has_function_privilege('pg_catalog.pg_create_restore_point(text)', 'EXECUTE') AS makes,
  pg_has_role('pg_read_all_stats', 'USAGE') AS sees`;

async function requireRights(session: PostgresSession): Promise<void> {
  const { makes, sees } = await firstRows(session, rightsSql);
  if (makes === true && sees === true) return;
  const user = session.target.conninfo.user;
  throw new JemError('backup-incomplete', `User "${user}" may not make a restore point`, {
    why:
      makes === true
        ? `It does not see what others are doing: GRANT pg_read_all_stats TO "${user}".`
        : `GRANT EXECUTE ON FUNCTION pg_create_restore_point TO "${user}"; and pg_read_all_stats.`,
    hint: 'Grant it, or leave them out: --no-fingerprints',
  });
}

/**
 * `busy`: somebody may be committing, and no point was made. `moved`: one was made, and the
 * snapshot may not be the state there.
 */
async function takeMoment(
  session: PostgresSession,
  watch: PostgresSession,
  point: string,
): Promise<Moment | 'busy' | 'moved'> {
  const [row] = await session.query(
    `SELECT pg_catalog.pg_export_snapshot() AS name, pg_catalog.pg_current_snapshot()::text AS seen,
      CASE WHEN (${unsureSql}) = 0
        THEN pg_catalog.pg_create_restore_point(${literal(point)})::text END AS lsn`,
  );
  const [seen, lsn] = [String(row?.['seen']), row?.['lsn']];
  if (typeof lsn !== 'string') return 'busy';
  const after = await firstRows(watch, calmSql);
  if (after['seen'] !== seen || after['unsure'] !== '0') return 'moved';
  const running = JSON.parse(String(after['running'])) as readonly string[];
  const known = (seen.split(':')[2] ?? '').split(',').filter(Boolean);
  const inProgress = [...new Set([...known, ...running])];
  return { name: String(row?.['name']), point, lsn, seen, inProgress };
}

/** How many may have written a commit record without being seen to have ended. */
const unsureSql = `
SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE
  CASE WHEN backend_xid IS NULL
    THEN pid <> pg_catalog.pg_backend_pid() AND state = 'active' AND query ~* 'commit\\s+prepared'
    ELSE NOT coalesce(
      state LIKE 'idle in transaction%'
      OR wait_event_type IN ('Lock', 'Client', 'BufferPin', 'Timeout')
      OR (wait_event_type = 'IO' AND wait_event LIKE 'DataFile%'), false) END`;

/**
 * Who has written something, and may be committing it, is looked at before what has ended: the
 * other way round somebody could do both in between.
 */
const calmSql = `
BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY;
SELECT (${unsureSql})::text AS unsure,
  (SELECT coalesce(pg_catalog.json_agg(backend_xid::text), '[]')::text
    FROM pg_catalog.pg_stat_activity WHERE backend_xid IS NOT NULL) AS running;
SELECT pg_catalog.pg_current_snapshot()::text AS seen;
COMMIT`;

async function described(
  session: PostgresSession,
  watch: PostgresSession,
  moment: Snapshot & Moment,
  { ledgerTable, jobs, signal, onProgress }: BaseBackupOptions,
): Promise<RestorePoint> {
  await archiveSegment(watch);
  const { point, lsn, seen, inProgress } = moment;
  const structure = await readStructure(session, { ledgerTable, signal });
  let [done, total] = [0, 0];
  const content = await readContent(session, moment, {
    ...{ jobs, signal },
    onInventory: (inventory) => (total = bytesOf(inventory)),
    onRead: (bytes, what) =>
      onProgress({ done: (done += bytes), total, what: `fingerprint of ${what}` }),
  });
  const { database } = session.target.conninfo;
  return { name: point, lsn, database, snapshot: seen, inProgress, content, ...structure };
}

/** The point is of no use until its segment is archived; without the right it is when it is full. */
async function archiveSegment(watch: PostgresSession): Promise<void> {
  try {
    await watch.query('SELECT pg_catalog.pg_switch_wal()');
  } catch (error) {
    const isRight = error instanceof JemError && error.code === 'permission-denied';
    if (!isRight) throw error;
  }
}
