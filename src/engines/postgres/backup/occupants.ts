import type { PostgresSession } from '../session.ts';
import type { Place } from './place.ts';

const sessionsSql = `
SELECT concat_ws(', ', 'user ' || quote_ident(usename),
    'application ' || quote_ident(nullif(application_name, '')),
    'from ' || host(client_addr)) AS who, count(*)::int AS count
FROM pg_stat_activity
WHERE datid::text = $1 AND pid <> ALL ($2::int[])
  AND backend_type IN ('client backend', 'walsender')
GROUP BY 1 ORDER BY 2 DESC, 1`;

/** Who is connected to the database beside us. */
export async function occupants(place: Place): Promise<readonly string[]> {
  const { existing, any } = place;
  const own = [place.admin, place.inside()].map((session) => session?.backendPid ?? 0);
  return existing === null ? [] : occupantsOf(any, existing.oid, own);
}

async function occupantsOf(
  session: PostgresSession,
  oid: string,
  own: readonly number[],
): Promise<readonly string[]> {
  const rows = await session.query(sessionsSql, [oid, `{${own.join(',')}}`]);
  return rows.map((row) => {
    const sessions = row['count'] === 1 ? '1 session' : `${String(row['count'])} sessions`;
    return `${sessions} of ${String(row['who'])}`;
  });
}

const boundSql = `
SELECT 'replication slot ' || slot_name AS what FROM pg_replication_slots s, pg_database d
  WHERE d.datname = s.database AND d.oid::text = $1
UNION ALL SELECT 'prepared transaction ' || gid FROM pg_prepared_xacts p, pg_database d
  WHERE d.datname = p.database AND d.oid::text = $1
UNION ALL SELECT 'subscription ' || subname FROM pg_subscription WHERE subdbid::text = $1
ORDER BY 1`;

/** What ties a database to its name and lasts longer than a session. */
export async function boundTo(session: PostgresSession, oid: string): Promise<readonly string[]> {
  const rows = await session.query(boundSql, [oid]);
  return rows.map((row) => String(row['what']));
}

/** Ends every session in a database but those of this process. */
export async function endSessions(session: PostgresSession, oid: string): Promise<void> {
  await session.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datid::text = $1 AND pid <> pg_backend_pid() AND backend_type IN ('client backend', 'walsender')`,
    [oid],
  );
}
