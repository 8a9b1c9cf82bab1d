import { blockingTree, type LockNode } from '../blocking.ts';
import { postgresCheck } from '../check.ts';
import { counted, inTime, quotedText } from '../words.ts';

const target = (lock: string): string =>
  `CASE WHEN ${lock}.locktype IN ('transactionid', 'tuple') THEN 'rows' || coalesce(' of ' || ${lock}.relation::regclass, '')
    WHEN ${lock}.database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND ${lock}.relation IS NOT NULL
      THEN ${lock}.relation::regclass::text
    ELSE ${lock}.locktype END`;

const who = (session: string): string =>
  `concat_ws(' ', ${session}.usename, nullif(${session}.application_name, ''), ${session}.state)`;

const query = (session: string): string =>
  `left(regexp_replace(${session}.query, '\\s+', ' ', 'g'), 80)`;

/** Of the locks that somebody waits for, those that the session or transaction `is` holds. */
const held = (
  is: string,
): string => `(SELECT string_agg(DISTINCT h.mode || ' on ' || ${target('h')}, ', ')
  FROM locks h JOIN locks l ON NOT l.granted AND h.locktype = l.locktype
    AND h.database IS NOT DISTINCT FROM l.database AND h.relation IS NOT DISTINCT FROM l.relation
    AND h.transactionid IS NOT DISTINCT FROM l.transactionid AND h.objid IS NOT DISTINCT FROM l.objid
    AND h.classid IS NOT DISTINCT FROM l.classid
  WHERE h.granted AND ${is})`;

/**
 * `pg_blocking_pids` names 0 for a prepared transaction: it is the one that holds what is waited
 * for and has no process. All this is seen without a lock of a table.
 */
const sql = `
  WITH locks AS MATERIALIZED (SELECT * FROM pg_locks),
  waiting AS MATERIALIZED (
    SELECT w.pid, extract(epoch FROM clock_timestamp() - coalesce(min(l.waitstart), w.state_change))::float8 AS seconds,
      ${who('w')} AS who, ${query('w')} AS query, min(l.mode || ' on ' || ${target('l')}) AS lock
    FROM pg_stat_activity w JOIN locks l ON l.pid = w.pid AND NOT l.granted
    GROUP BY w.pid, w.state_change, 3, 4),
  edges AS MATERIALIZED (
    SELECT DISTINCT w.pid, b.pid AS blocker FROM waiting w, unnest(pg_blocking_pids(w.pid)) AS b(pid)),
  prepared AS MATERIALIZED (
    SELECT DISTINCT e.pid, p.gid, p.owner, p.database, p.prepared, h.virtualtransaction
    FROM edges e JOIN locks l ON l.pid = e.pid AND NOT l.granted
    JOIN locks h ON h.granted AND h.pid IS NULL AND h.locktype = l.locktype
      AND h.database IS NOT DISTINCT FROM l.database AND h.relation IS NOT DISTINCT FROM l.relation
      AND h.transactionid IS NOT DISTINCT FROM l.transactionid
    JOIN locks x ON x.pid IS NULL AND x.locktype = 'transactionid' AND x.virtualtransaction = h.virtualtransaction
    JOIN pg_prepared_xacts p ON p.transaction = x.transactionid
    WHERE e.blocker = 0)
  SELECT 'pid ' || w.pid AS name, w.pid, NULL AS gid, true AS waits, w.seconds, w.who, w.query, w.lock,
    'pid ' || e.blocker AS behind
  FROM waiting w LEFT JOIN edges e ON e.pid = w.pid AND e.blocker <> 0
  UNION ALL
  SELECT 'pid ' || w.pid, w.pid, NULL, true, w.seconds, w.who, w.query, w.lock, quote_literal(p.gid)
  FROM waiting w JOIN prepared p ON p.pid = w.pid
  UNION ALL
  SELECT 'pid ' || b.pid, b.pid, NULL, false, extract(epoch FROM clock_timestamp() - b.state_change)::float8,
    ${who('b')}, ${query('b')}, ${held('h.pid = b.pid')}, NULL
  FROM pg_stat_activity b WHERE b.pid IN (SELECT blocker FROM edges) AND b.pid NOT IN (SELECT pid FROM waiting)
  UNION ALL
  SELECT DISTINCT quote_literal(p.gid), NULL::int, p.gid, false, extract(epoch FROM clock_timestamp() - p.prepared)::float8,
    concat_ws(' ', 'prepared transaction of', p.owner, 'in', p.database), '',
    ${held('h.pid IS NULL AND h.virtualtransaction = p.virtualtransaction')}, NULL
  FROM prepared p
  ORDER BY 5 DESC`;

export const lockWaits = postgresCheck<LockNode>({
  id: 'lock-waits',
  title: 'sessions that wait for a lock',
  group: 'locks',
  unit: 's',
  thresholds: { warning: 10, critical: 60 },
  source: 'jem-db; check_postgres has 1 and 2 min',
  needs: 'pg_monitor',
  silentWithout: 'readAllStats',
  sql: () => sql,
  judge(rows) {
    const waiting = new Map(rows.filter(({ waits }) => waits).map((row) => [row.name, row]));
    const [worst] = waiting.values();
    if (!worst)
      return { status: null, value: 0, summary: 'no session waits for a lock', hint: null };
    const { root, blocked, order } = blockingTree(rows);
    const seconds = Math.round(worst.seconds);
    const waits = counted(waiting.size, 'session waits', 'sessions wait');
    return {
      status: null,
      value: seconds,
      summary: `${waits} for a lock, the longest for ${inTime(seconds)}${root ? `; ${blocked} behind ${root.name} (${described(root)})` : ''}`,
      hint: root === null ? 'Who held them is gone by now: look again.' : release(root),
      objects: order.map(({ node, depth }) => ({
        name: node.name,
        value: Math.round(node.seconds),
        detail:
          `${'· '.repeat(depth)}${node.waits ? `waits ${inTime(node.seconds)} for ${node.lock}` : `holds ${node.lock ?? 'a lock'}`}: ${node.who} ${node.query}`.trimEnd(),
      })),
    };
  },
});

function described({ who: whose, seconds, lock }: LockNode): string {
  return `${whose} for ${inTime(seconds)}${lock === null ? '' : `, holds ${lock}`}`;
}

function release({ pid, gid, query: last }: LockNode): string {
  if (gid !== null)
    return `In its database: COMMIT PREPARED ${quotedText(gid)}; or: ROLLBACK PREPARED ${quotedText(gid)};`;
  return `If it may go: SELECT pg_terminate_backend(${pid}); its last statement: ${last}`;
}
