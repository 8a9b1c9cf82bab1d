import { postgresCheck } from '../check.ts';
import { judgeSessions, type SeenSession, sessionsSql } from '../sessions.ts';

export const longTransactions = postgresCheck<SeenSession>({
  id: 'long-transactions',
  title: 'transactions that are open for long',
  group: 'locks',
  unit: 's',
  thresholds: { warning: 300, critical: 1800 },
  source: 'jem-db; check_postgres and PgHero have 60 s',
  needs: 'pg_monitor',
  silentWithout: 'readAllStats',
  sql: () => sessionsSql('a.xact_start', 'a.xact_start IS NOT NULL'),
  judge: (rows, _facts, thresholds) =>
    judgeSessions(rows, thresholds, {
      one: 'transaction is open',
      more: 'transactions are open',
      none: 'no transaction is open',
      hint: ({ pid }) =>
        `While it is open, vacuum removes no row that died since. If it may go: SELECT pg_terminate_backend(${pid});`,
    }),
});
