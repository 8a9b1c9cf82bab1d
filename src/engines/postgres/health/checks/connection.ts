import { postgresCheck } from '../check.ts';

/** Slower than this, an application feels it; `jem-db`: 250 ms and 1 s. */
export const connection = postgresCheck({
  id: 'connection',
  title: 'it answers',
  group: 'availability',
  unit: 's',
  thresholds: { warning: 0.25, critical: 1 },
  source: 'jem-db',
  sql: () => 'SELECT pg_postmaster_start_time() AS since',
  judge: (_rows, { connectMs, answerMs, user, database, standby, pooled, encrypted }) => ({
    status: null,
    value: Math.round(connectMs + answerMs) / 1000,
    summary: [
      `${user} connected to ${database} in ${Math.round(connectMs)} ms, an answer takes ${Math.ceil(answerMs)} ms`,
      ...(standby ? ['a standby'] : []),
      ...(pooled ? ['through a pooler'] : []),
      ...(encrypted ? ['with TLS'] : []),
    ].join(', '),
    hint: 'Look at the load of the server and at the network between; `jem-db health slow` shows what runs.',
  }),
});
