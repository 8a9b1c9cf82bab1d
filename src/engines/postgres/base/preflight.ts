import { JemError } from '../../../errors.ts';
import { firstRows } from '../first-rows.ts';
import { majorOf } from '../scratch/binaries.ts';
import type { PostgresSession } from '../session.ts';

/** What of a server decides whether, and how, it can be backed up as a whole. */
export interface ServerState {
  readonly standby: boolean;
  readonly segmentSize: number;
  readonly dataChecksums: boolean;
  readonly archiveMode: string;
  /** Null: no superuser may log in. */
  readonly superuser: string | null;
  readonly database: string;
}

const sql = `
SELECT pg_catalog.pg_backend_pid() AS pid, pg_catalog.pg_is_in_recovery() AS standby,
  pg_catalog.current_database()::text AS database,
  (SELECT rolsuper OR rolreplication FROM pg_catalog.pg_roles
    WHERE rolname = current_user) AS may,
  (SELECT rolname::text FROM pg_catalog.pg_roles WHERE rolsuper AND rolcanlogin
    ORDER BY oid LIMIT 1) AS superuser,
  (SELECT pg_catalog.json_object_agg(name, setting)::text FROM pg_catalog.pg_settings
    WHERE name IN ('wal_level', 'max_wal_senders', 'wal_segment_size', 'data_checksums',
      'archive_mode', 'summarize_wal')) AS settings`;

/** The first version that sends all tablespaces, compressed, in one stream. */
const oldest = 15;
const oldestIncremental = 17;

/**
 * Finds out what would make the backup fail before it begins. Throws `pooler-in-the-way`,
 * `permission-denied`, `backup-incomplete`.
 */
export async function requireReady(
  session: PostgresSession,
  incremental: boolean,
): Promise<ServerState> {
  const { serverVersion, backendPid, target, display } = session;
  const major = majorOf(serverVersion);
  if (major < oldest)
    throw refused(`PostgreSQL ${serverVersion} is too old for a base backup by jem-db`, {
      why: `It takes them from ${oldest} on, which send everything in one compressed stream.`,
      hint: 'Use pg_basebackup; or `jem-db backup create --kind logical`.',
    });
  const { pid, standby, may, superuser, database, settings } = await firstRows(session, sql);
  if (pid !== backendPid) throw poolerBetween(display);
  const read = JSON.parse(String(settings)) as Readonly<Record<string, string>>;
  if (read['wal_level'] === 'minimal')
    throw refused('A base backup needs wal_level = replica', {
      why: `${session.server} has wal_level = minimal: what is written while it is copied is not in its log.`,
      hint: 'ALTER SYSTEM SET wal_level = replica; then restart the server.',
    });
  if (read['max_wal_senders'] === '0')
    throw refused('A base backup needs a WAL sender', {
      why: `${session.server} has max_wal_senders = 0.`,
      hint: 'ALTER SYSTEM SET max_wal_senders = 10; then restart the server.',
    });
  if (may !== true)
    throw new JemError(
      'permission-denied',
      `User "${target.conninfo.user}" may not take base backups`,
      {
        why: 'They go over the replication protocol, which needs the attribute REPLICATION.',
        hint: `ALTER ROLE "${target.conninfo.user}" REPLICATION; and a line for "replication" in pg_hba.conf.`,
      },
    );
  if (incremental) requireSummaries(major, session, read['summarize_wal']);
  return {
    standby: standby === true,
    segmentSize: Number(read['wal_segment_size']),
    dataChecksums: read['data_checksums'] === 'on',
    archiveMode: read['archive_mode'] ?? 'off',
    superuser: typeof superuser === 'string' ? superuser : null,
    database: String(database),
  };
}

function requireSummaries(
  major: number,
  { serverVersion, server }: PostgresSession,
  summarize: string | undefined,
): void {
  if (major < oldestIncremental)
    throw refused(`PostgreSQL ${serverVersion} takes no incremental backups`, {
      why: `They came with ${oldestIncremental}.`,
      hint: 'Leave --incremental out.',
    });
  if (summarize !== 'on')
    throw refused('An incremental backup needs summarize_wal = on', {
      why: `${server} has it off, and does not know what has changed since the last backup.`,
      hint: 'ALTER SYSTEM SET summarize_wal = on; SELECT pg_reload_conf(); then take one backup without --incremental.',
    });
}

function refused(message: string, details: { why: string; hint: string }): JemError {
  return new JemError('backup-incomplete', message, details);
}

function poolerBetween(display: string): JemError {
  return new JemError('pooler-in-the-way', 'A backup cannot be taken through a connection pooler', {
    why: `${display} goes through a pooler (PgBouncer, say), which does not speak the replication protocol.`,
    hint: 'Name the server itself as directUrl (--direct-url, JEM_DB_DIRECT_URL); the application keeps the pooled URL.',
  });
}
