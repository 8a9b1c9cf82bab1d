import { postgresCheck } from '../check.ts';

export const replayPaused = postgresCheck<{ state: string }>({
  id: 'replay-paused',
  title: 'a standby whose replay is paused',
  group: 'availability',
  unit: null,
  thresholds: null,
  source: 'jem-db',
  on: 'standby',
  sql: () => 'SELECT pg_get_wal_replay_pause_state() AS state',
  judge([row]) {
    const running = row?.state === 'not paused';
    return {
      status: running ? 'ok' : 'critical',
      value: null,
      summary: running
        ? 'it is a standby and replays what it receives'
        : `replay is ${row?.state}: what the standby shows grows older and older, and its WAL grows`,
      hint: 'SELECT pg_wal_replay_resume(); but where the log says that a setting is lower than on the primary, raise that first and restart: resuming would end the server.',
    };
  },
});
