import type { Blocker, RunningStatement, SessionLook } from '../../slow.ts';
import type { PostgresSession } from '../session.ts';
import { utc } from './counters.ts';
import { type Facts, seenStatement } from './seen.ts';
import { shownText } from './shown-text.ts';
import { ownMark } from './source.ts';

interface SessionRow {
  readonly at: string;
  readonly pid: number;
  readonly role: string | null;
  readonly application: string | null;
  readonly state: string | null;
  readonly waitType: string | null;
  readonly waitEvent: string | null;
  readonly queryId: string | null;
  readonly query: string | null;
  readonly cut: boolean;
  readonly started: string | null;
  readonly elapsedMs: number;
  readonly transactionMs: number | null;
  /** JSON. */
  readonly blockers: string | null;
}

/** Who blocks is asked only for those that wait for a lock: the answer stops all lock managers. */
const lookSql = `
SELECT ${ownMark} ${utc('clock_timestamp()')} AS at, pid, usename::text AS role,
  application_name AS application, state, wait_event_type AS "waitType",
  wait_event AS "waitEvent", query_id::text AS "queryId", query,
  octet_length(query) >= (SELECT setting::int FROM pg_settings WHERE name = 'track_activity_query_size') - 1 AS cut,
  query_start::text AS started,
  coalesce(extract(epoch FROM clock_timestamp() - query_start) * 1000, 0)::float8 AS "elapsedMs",
  (extract(epoch FROM clock_timestamp() - xact_start) * 1000)::float8 AS "transactionMs",
  CASE WHEN wait_event_type = 'Lock' THEN array_to_json(pg_blocking_pids(pid))::text END AS blockers
FROM pg_stat_activity
WHERE pid <> pg_backend_pid() AND usename IS NOT NULL
  AND datname = current_database()
  AND (backend_type = 'client backend' OR backend_type IS NULL)`;

/** What runs in this database at this moment, and who keeps whom waiting. Takes no lock. */
export async function lookAtSessions(session: PostgresSession, facts: Facts): Promise<SessionLook> {
  const rows = (await session.query(lookSql)) as unknown as readonly SessionRow[];
  const seen = new Map(rows.map((row) => [row.pid, row]));
  return {
    at: rows[0]?.at ?? new Date().toISOString(),
    running: rows
      .filter(({ state, query }) => state === 'active' && !query?.includes(ownMark))
      .map((row) => running(session, facts, row, seen)),
    hidden: rows.filter(({ state }) => state === null).length,
  };
}

function running(
  session: PostgresSession,
  facts: Facts,
  row: SessionRow,
  seen: ReadonlyMap<number, SessionRow>,
): RunningStatement {
  const { pid, role, query, queryId, cut, started, elapsedMs, waitType, waitEvent } = row;
  const statement = seenStatement(session, facts, { id: queryId, role, sql: query ?? '', cut });
  return {
    pid,
    run: `${pid} ${started}`,
    key: `${role} ${statement.text}`,
    elapsedMs,
    waitsFor: waitType === null ? null : `${waitType}: ${waitEvent}`,
    statement,
    blockedBy: [...new Set(JSON.parse(row.blockers ?? '[]') as number[])].map((one) =>
      blocker(one, seen.get(one)),
    ),
  };
}

function blocker(pid: number, row: SessionRow | undefined): Blocker {
  return {
    pid,
    role: row?.role ?? null,
    application: row?.application || null,
    state: row?.state ?? null,
    text: row?.state && row.query ? shownText(row.query) : null,
    transactionMs: row?.transactionMs ?? null,
  };
}
