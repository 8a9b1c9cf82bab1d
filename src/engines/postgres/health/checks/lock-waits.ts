import { postgresCheck } from '../check.ts';

interface Waiting {
  readonly pid: number;
  readonly seconds: number;
  readonly query: string;
  readonly behind: string | null;
  /** Name of the prepared transaction that is waited for. */
  readonly prepared: string | null;
}

/**
 * `pg_blocking_pids` names 0 for a prepared transaction. Who waits behind whom is seen without a
 * lock of a table, also where a waiting AccessExclusiveLock blocks all others.
 */
export const lockWaits = postgresCheck<Waiting>({
  id: 'lock-waits',
  title: 'sessions that wait for a lock',
  group: 'locks',
  unit: 's',
  thresholds: { warning: 10, critical: 60 },
  source: 'jem-db; check_postgres has 1 and 2 min',
  needs: 'pg_monitor',
  silentWithout: 'readAllStats',
  sql: () => `
    SELECT w.pid, extract(epoch FROM clock_timestamp() - coalesce(min(l.waitstart), w.state_change))::float8 AS seconds,
      left(w.query, 60) AS query,
      (SELECT format('pid %s (%s, %s for %s s): %s', b.pid, b.usename, b.state,
          round(extract(epoch FROM clock_timestamp() - b.state_change)), left(b.query, 60))
        FROM pg_stat_activity b WHERE b.pid = ANY (pg_blocking_pids(w.pid))
        ORDER BY b.wait_event_type IS NOT DISTINCT FROM 'Lock', b.xact_start LIMIT 1) AS behind,
      (SELECT p.gid FROM pg_prepared_xacts p WHERE 0 = ANY (pg_blocking_pids(w.pid)) ORDER BY p.prepared LIMIT 1) AS prepared
    FROM pg_stat_activity w JOIN pg_locks l ON l.pid = w.pid AND NOT l.granted
    WHERE w.wait_event_type = 'Lock'
    GROUP BY w.pid, w.query, w.state_change ORDER BY 2 DESC`,
  judge(rows) {
    const [worst] = rows;
    if (!worst)
      return { status: 'ok', value: 0, summary: 'no session waits for a lock', hint: null };
    const seconds = Math.round(worst.seconds);
    const { behind, prepared } = worst;
    return {
      status: null,
      value: seconds,
      summary: `${rows.length === 1 ? '1 session waits' : `${rows.length} sessions wait`} for a lock, the longest for ${seconds} s`,
      hint:
        prepared !== null
          ? `Behind the prepared transaction ${prepared}: COMMIT PREPARED or ROLLBACK PREPARED '${prepared}';`
          : `Behind ${behind ?? 'a session that is gone by now'}. If it may go: SELECT pg_terminate_backend(PID);`,
      objects: rows.map(({ pid, seconds: waited, query }) => ({
        name: `pid ${pid}`,
        value: Math.round(waited),
        detail: query.replaceAll(/\s+/g, ' '),
      })),
    };
  },
});
