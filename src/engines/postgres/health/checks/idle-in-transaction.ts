import { postgresCheck } from '../check.ts';
import { judgeSessions, type SeenSession, sessionsSql } from '../sessions.ts';

export const idleInTransaction = postgresCheck<SeenSession>({
  id: 'idle-in-transaction',
  title: 'sessions that idle in a transaction',
  group: 'locks',
  unit: 's',
  thresholds: { warning: 60, critical: 300 },
  source: 'jem-db; check_pgactivity leaves it to the user',
  needs: 'pg_monitor',
  silentWithout: 'readAllStats',
  sql: () => sessionsSql('a.state_change', "a.state LIKE 'idle in transaction%'"),
  judge: (rows, _facts, thresholds) =>
    judgeSessions(rows, thresholds, {
      one: 'session idles in a transaction',
      more: 'sessions idle in a transaction',
      none: 'no session idles in a transaction',
      hint: ({ pid }) =>
        `It keeps its locks, and vacuum from cleaning up. End it: SELECT pg_terminate_backend(${pid}); for the future: ALTER ROLE its_role SET idle_in_transaction_session_timeout = '60s';`,
    }),
});
