import { postgresCheck } from '../check.ts';
import { inBytes, inTime } from '../words.ts';

/**
 * Where all that was received is replayed, an old last transaction only means that nothing was
 * written since; but only while something is received.
 */
export const replayLag = postgresCheck<{
  streams: boolean;
  bytes: number | null;
  seconds: number | null;
}>({
  id: 'replay-lag',
  title: 'how far a standby lies behind',
  group: 'replication',
  unit: 's',
  thresholds: { warning: 30, critical: 300 },
  source: 'PgHero; jem-db 30 and 300 s, postgres_exporter mixin 1 h',
  on: 'standby',
  sql: () => `
    WITH received AS MATERIALIZED (SELECT pg_last_wal_receive_lsn() AS lsn),
    -- What came this moment may well not be replayed yet, however long ago the last commit was.
    moment AS MATERIALIZED (
      SELECT pg_sleep(CASE WHEN lsn > pg_last_wal_replay_lsn() THEN 0.1 ELSE 0 END) FROM received),
    replayed AS MATERIALIZED (SELECT pg_last_wal_replay_lsn() AS lsn FROM moment)
    SELECT EXISTS (SELECT FROM pg_stat_wal_receiver) AS streams,
      (SELECT pg_wal_lsn_diff(received.lsn, replayed.lsn) FROM received, replayed)::float8 AS bytes,
      extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float8 AS seconds`,
  judge([row]) {
    const { streams = false, bytes = null, seconds = null } = row ?? {};
    if (streams && bytes !== null && bytes <= 0)
      return {
        status: null,
        value: 0,
        summary: 'all that was received is replayed',
        hint: null,
      };
    return {
      status: seconds === null ? 'unknown' : null,
      value: seconds === null ? null : Math.round(seconds),
      summary:
        seconds === null
          ? 'no transaction was replayed yet, so how old its data are cannot be told'
          : `the last transaction replayed was committed ${inTime(seconds)} ago${streams ? `, ${inBytes(bytes ?? 0)} wait to be replayed` : ', and no primary is connected'}`,
      hint: 'Look at replay-paused and wal-receiver, at queries here that hold up the replay (max_standby_streaming_delay), and at the disk.',
    };
  },
});
