import { postgresCheck } from '../check.ts';
import { inTime } from '../words.ts';

export const walReceiver = postgresCheck<{
  status: string;
  host: string | null;
  port: number | null;
  silent: number;
}>({
  id: 'wal-receiver',
  title: 'a standby without a connection to its primary',
  group: 'replication',
  unit: null,
  thresholds: null,
  source: 'jem-db',
  needs: 'pg_monitor',
  // primary_conninfo is not shown to all.
  silentWithout: 'readAllSettings',
  on: 'standby',
  sql: ({ settings }) =>
    (settings.get('primary_conninfo')?.setting ?? '') === ''
      ? { notApplicable: 'primary_conninfo is empty: it restores from an archive' }
      : `
    SELECT status, sender_host AS host, sender_port AS port,
      extract(epoch FROM clock_timestamp() - last_msg_receipt_time)::float8 AS silent
    FROM pg_stat_wal_receiver`,
  judge([row]) {
    if (row?.status === 'streaming')
      return {
        status: 'ok',
        value: null,
        summary: `it streams from ${row.host ?? 'its primary'}:${row.port}, the last message came ${inTime(row.silent)} ago`,
        hint: null,
      };
    return {
      status: 'critical',
      value: null,
      summary: row
        ? `the WAL receiver is ${row.status}`
        : 'primary_conninfo is set, but nothing is received from there',
      hint: "The log says why. Look at the primary: is it up, does pg_hba.conf let this host in for replication, is its WAL still there (`requested WAL segment has already been removed`: the standby must be built anew)? In primary_conninfo, host and password may have to change: ALTER SYSTEM SET primary_conninfo = '…'; SELECT pg_reload_conf();",
    };
  },
});
