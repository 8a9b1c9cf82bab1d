import type { JemError } from '../../errors.ts';
import { withoutLiterals } from '../../sql/excerpt.ts';
import { postgresDialect } from './dialect.ts';
import type { PostgresSession } from './session.ts';

/** A session, or a prepared transaction, that holds or awaits a lock before us. */
export interface LockHolder {
  /** `process 4711 (user "app", application "web", idle in transaction for 12 s): UPDATE …`. */
  readonly description: string;
  /** The SQL that ends it. */
  readonly remedy: string;
}

const sessionsSql = `
SELECT DISTINCT ON (b.pid) b.pid, a.usename::text AS "user", a.application_name AS application,
  a.state, a.backend_type AS kind, a.query,
  extract(epoch FROM clock_timestamp() - coalesce(a.xact_start, a.state_change))::float8 AS age
FROM pg_stat_activity me
CROSS JOIN LATERAL unnest(pg_blocking_pids(me.pid)) AS b(pid)
LEFT JOIN pg_stat_activity a ON a.pid = b.pid
WHERE me.pid = $1 AND me.wait_event_type = 'Lock'
ORDER BY b.pid`;

// A prepared transaction has no process: pg_blocking_pids calls it 0. What it holds, and its number,
// stand in pg_locks under one virtual transaction.
const preparedSql = `
SELECT DISTINCT p.gid, p.owner::text AS "user", extract(epoch FROM clock_timestamp() - p.prepared)::float8 AS age
FROM pg_locks mine
JOIN pg_locks theirs ON theirs.pid IS NULL AND theirs.granted
  AND theirs.locktype = mine.locktype AND theirs.database IS NOT DISTINCT FROM mine.database
  AND theirs.relation IS NOT DISTINCT FROM mine.relation
  AND theirs.transactionid IS NOT DISTINCT FROM mine.transactionid
JOIN pg_locks number ON number.pid IS NULL AND number.locktype = 'transactionid'
  AND number.virtualtransaction = theirs.virtualtransaction
JOIN pg_prepared_xacts p ON p.transaction = number.transactionid
WHERE mine.pid = $1 AND NOT mine.granted`;

interface SessionRow {
  readonly pid: number;
  readonly user: string | null;
  readonly application: string | null;
  readonly state: string | null;
  readonly kind: string | null;
  readonly query: string | null;
  readonly age: number | null;
}

interface PreparedRow {
  readonly gid: string;
  readonly user: string;
  readonly age: number;
}

/** Who keeps the backend `pid` waiting for a lock at this moment; none where it does not wait. */
export async function lockHolders(
  { client }: PostgresSession,
  pid: number,
): Promise<readonly LockHolder[]> {
  const { rows } = await client.query<SessionRow>(sessionsSql, [pid]);
  const sessions = rows.filter((row) => row.pid !== 0);
  if (sessions.length === rows.length) return sessions.map(sessionHolder);
  const prepared = await client.query<PreparedRow>(preparedSql, [pid]);
  return [...sessions.map(sessionHolder), ...prepared.rows.map(preparedHolder)];
}

function sessionHolder({
  pid,
  user,
  application,
  state,
  kind,
  query,
  age,
}: SessionRow): LockHolder {
  const traits = [
    user && `user "${user}"`,
    application && `application "${application}"`,
    kind && kind !== 'client backend' && kind,
    [state, age !== null && `for ${span(age)}`].filter(Boolean).join(' '),
  ];
  const known = traits.filter(Boolean).join(', ');
  const text = query ? `: ${excerpt(query)}` : '';
  return {
    description: `process ${pid}${known && ` (${known})`}${text}`,
    remedy: `SELECT pg_terminate_backend(${pid});`,
  };
}

function preparedHolder({ gid, user, age }: PreparedRow): LockHolder {
  const id = gid.replaceAll("'", "''");
  return {
    description: `prepared transaction '${gid}' (user "${user}", for ${span(age)})`,
    remedy: `COMMIT PREPARED '${id}'; or ROLLBACK PREPARED '${id}';`,
  };
}

const longestExcerpt = 120;

function excerpt(query: string): string {
  const text = withoutLiterals(query, postgresDialect);
  return text.length > longestExcerpt ? `${text.slice(0, longestExcerpt)}…` : text;
}

/** `0.4 s`, `12 s`, `3 min`, `5 h`. */
export function span(seconds: number): string {
  if (seconds < 1) return `${Math.max(seconds, 0).toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

const named = 3;

/** The error of a lock not got, with who held it; any other error as it is. */
export function withHolders(error: JemError, holders: readonly LockHolder[]): JemError {
  if (error.code !== 'lock-timeout' || holders.length === 0) return error;
  const shown = holders.slice(0, named);
  const more = holders.length > named ? ` and ${holders.length - named} more` : '';
  return error.with({
    why: `Waiting for ${shown.map(({ description }) => description).join('; ')}${more}.`,
    hint: `Let it finish and run the command again; or end it: ${shown.map(({ remedy }) => remedy).join(' ')}`,
  });
}
