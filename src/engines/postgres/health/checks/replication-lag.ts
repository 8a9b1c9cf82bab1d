import type { Finding } from '../../../health.ts';
import { postgresCheck } from '../check.ts';
import type { HealthFacts } from '../facts.ts';
import { counted, inBytes, inTime } from '../words.ts';

interface Standby {
  readonly name: string;
  readonly state: string;
  readonly sync: string;
  readonly bytes: number;
  /** Since a standby wrote, flushed and replayed what was sent; 0: it has all. */
  readonly seconds: number;
}

const sql = ({ standby }: HealthFacts): string => `
  SELECT concat_ws(' ', nullif(r.application_name, ''), host(r.client_addr), 'pid ' || r.pid) AS name,
    r.state, r.sync_state AS sync,
    coalesce(pg_wal_lsn_diff(${standby ? 'pg_last_wal_receive_lsn()' : 'pg_current_wal_lsn()'},
      coalesce(r.replay_lsn, r.flush_lsn, r.sent_lsn)), 0)::float8 AS bytes,
    coalesce(extract(epoch FROM r.replay_lag), 0)::float8 AS seconds
  FROM pg_stat_replication r
  WHERE r.state <> 'backup'`;

const shared = {
  group: 'replication',
  needs: 'pg_monitor',
  silentWithout: 'readAllStats',
} as const;

const hint =
  'Look at the network to it, at its disk, and there: jem-db health check --only replication. Queries on it may hold up the replay: max_standby_streaming_delay.';

function judge(rows: readonly Standby[], worth: 'seconds' | 'bytes'): Finding {
  const worst = rows[0]!;
  const others = counted(rows.length, 'standby', 'standbys');
  return {
    status: null,
    value: Math.round(worst[worth]),
    summary: `${others}, the furthest behind is ${worst.name}: ${lagOf(worst)}`,
    hint,
    objects: rows.map((row) => ({
      name: row.name,
      value: Math.round(row[worth]),
      detail: `${row.state}, ${row.sync}, ${lagOf(row)}`,
    })),
  };
}

function lagOf({ bytes, seconds }: Standby): string {
  return `${inBytes(bytes)}, ${inTime(seconds)}`;
}

const none = { notApplicable: 'no standby is connected' };

export const replicationLag = postgresCheck<Standby>({
  ...shared,
  id: 'replication-lag',
  title: 'how far standbys lie behind, in time',
  unit: 's',
  thresholds: { warning: 30, critical: 300 },
  source: 'jem-db; postgres_exporter mixin 1 h',
  sql: (facts) => `${sql(facts)} ORDER BY seconds DESC`,
  judge: (rows) => (rows.length === 0 ? none : judge(rows, 'seconds')),
});

export const replicationLagBytes = postgresCheck<Standby>({
  ...shared,
  id: 'replication-lag-bytes',
  title: 'how far standbys lie behind, in WAL',
  unit: 'B',
  thresholds: { warning: 1e9, critical: 10e9 },
  source: 'jem-db',
  sql: (facts) => `${sql(facts)} ORDER BY bytes DESC`,
  judge: (rows) => (rows.length === 0 ? none : judge(rows, 'bytes')),
});
