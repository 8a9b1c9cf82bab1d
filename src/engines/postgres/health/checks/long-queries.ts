import { postgresCheck } from '../check.ts';
import { judgeSessions, type SeenSession, sessionsSql } from '../sessions.ts';

/** What vacuums, clusters or builds an index may take its time. */
const notMaintenance = ['vacuum', 'create_index', 'analyze', 'cluster']
  .map((kind) => `NOT EXISTS (SELECT FROM pg_stat_progress_${kind} p WHERE p.pid = a.pid)`)
  .join(' AND ');

export const longQueries = postgresCheck<SeenSession>({
  id: 'long-queries',
  title: 'queries that run for long',
  group: 'queries',
  unit: 's',
  thresholds: { warning: 300, critical: 1800 },
  source: 'jem-db; PgHero has 60 s',
  needs: 'pg_monitor',
  silentWithout: 'readAllStats',
  sql: () => sessionsSql('a.query_start', `a.state = 'active' AND ${notMaintenance}`),
  judge: (rows, _facts, thresholds) =>
    judgeSessions(rows, thresholds, {
      one: 'query runs',
      more: 'queries run',
      none: 'no query runs but this one',
      hint: ({ pid }) =>
        `Cancel it: SELECT pg_cancel_backend(${pid}); see why it is slow: jem-db health slow; for the future: ALTER ROLE its_role SET statement_timeout = '30s';`,
    }),
});
