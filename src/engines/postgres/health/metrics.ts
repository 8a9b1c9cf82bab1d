import type { Metric, MetricPoint } from '../../health.ts';
import type { HealthFacts } from './facts.ts';

/** What is read: one row of JSON, in one statement that waits for no lock. */
interface Counted {
  readonly database: Readonly<Record<string, number | null>>;
  readonly tables: Readonly<Record<string, number | null>>;
  readonly backends: Readonly<Record<string, number>>;
  readonly bgwriter: Readonly<Record<string, number | null>>;
  readonly standbys: readonly { readonly client: string; readonly bytes: number | null }[];
  readonly locks: Readonly<Record<string, number>>;
  /** Bytes by table, as their pages were counted last. */
  readonly sizes: Readonly<Record<string, number>>;
}

/** Checkpoints were counted elsewhere before PostgreSQL 17. */
function checkpointsSql({ major }: HealthFacts): string {
  return major >= 17
    ? 'SELECT num_timed AS timed, num_requested AS requested, write_time, sync_time, buffers_written FROM pg_stat_checkpointer'
    : 'SELECT checkpoints_timed AS timed, checkpoints_req AS requested, checkpoint_write_time AS write_time, checkpoint_sync_time AS sync_time, buffers_checkpoint AS buffers_written FROM pg_stat_bgwriter';
}

/** More points than this of one metric are a burden to whoever stores them. */
const mostTables = 50;

/** The size is asked for by its files, not by its tables: no lock stands in the way. */
export function metricsSql(facts: HealthFacts): string {
  return `
SELECT json_build_object(
  'database', (SELECT row_to_json(d) FROM (
    SELECT xact_commit, xact_rollback, blks_read, blks_hit, tup_returned, tup_fetched, tup_inserted,
      tup_updated, tup_deleted, deadlocks, temp_files, temp_bytes, numbackends,
      CASE WHEN has_database_privilege(datid, 'CONNECT') THEN pg_database_size(datid) END AS size
    FROM pg_stat_database WHERE datname = current_database()) d),
  'tables', (SELECT row_to_json(t) FROM (
    SELECT count(*) AS count, sum(n_live_tup) AS live, sum(n_dead_tup) AS dead, sum(seq_scan) AS seq_scan,
      sum(idx_scan) AS idx_scan, sum(vacuum_count) AS vacuums, sum(n_tup_hot_upd) AS hot
    FROM pg_stat_user_tables) t),
  'backends', (SELECT coalesce(json_object_agg(coalesce(state, 'unknown'), n), '{}') FROM (
    SELECT state, count(*) AS n FROM pg_stat_activity
    WHERE backend_type = 'client backend' GROUP BY state) s),
  'bgwriter', (SELECT row_to_json(b) FROM (${checkpointsSql(facts)}) b),
  'standbys', (SELECT coalesce(json_agg(r), '[]') FROM (
    SELECT coalesce(host(client_addr), application_name, 'local') AS client,
      max(${facts.standby ? 'NULL::numeric' : 'pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)'}) AS bytes
    FROM pg_stat_replication GROUP BY 1) r),
  'sizes', (SELECT coalesce(json_object_agg(name, bytes), '{}') FROM (
    SELECT format('%I.%I', n.nspname, c.relname) AS name,
      current_setting('block_size')::bigint * (c.relpages + coalesce(t.relpages, 0) + coalesce((
        SELECT sum(ic.relpages) FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid
        WHERE i.indrelid IN (c.oid, t.oid)), 0)) AS bytes
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_class t ON t.oid = c.reltoastrelid
    WHERE c.relkind IN ('r', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    ORDER BY 2 DESC LIMIT ${mostTables}) s),
  'locks', (SELECT coalesce(json_object_agg(mode, n), '{}') FROM (
    SELECT mode, count(*) AS n FROM pg_locks WHERE pid <> pg_backend_pid() GROUP BY mode) l)
)::text AS counted`;
}

/**
 * Names, units and attributes are those of the OpenTelemetry collector's postgresql receiver
 * (receiver/postgresqlreceiver/metadata.yaml). Pure.
 */
export function metricsOf(counted: string, facts: HealthFacts): Metric[] {
  const read = JSON.parse(counted) as Counted;
  const { database, tables, backends, bgwriter, standbys, locks, sizes } = read;
  const counter = (
    name: string,
    unit: string,
    description: string,
    points: readonly MetricPoint[],
  ): Metric => ({ name: `postgresql.${name}`, unit, description, kind: 'counter', points });
  const gauge = (
    name: string,
    unit: string,
    description: string,
    points: readonly MetricPoint[],
  ): Metric => ({ name: `postgresql.${name}`, unit, description, kind: 'gauge', points });
  const metrics = [
    gauge('backends', '1', 'The number of backends.', one(database['numbackends'])),
    gauge(
      'connection.count',
      '{connections}',
      'The number of client connections of the server, by state.',
      Object.entries(backends).map(([state, value]) => ({ attributes: { state }, value })),
    ),
    gauge(
      'connection.max',
      '{connections}',
      'Configured maximum number of client connections allowed.',
      one(Number(facts.settings.get('max_connections')?.setting)),
    ),
    counter('commits', '1', 'The number of commits.', one(database['xact_commit'])),
    counter('rollbacks', '1', 'The number of rollbacks.', one(database['xact_rollback'])),
    counter('deadlocks', '{deadlock}', 'The number of deadlocks.', one(database['deadlocks'])),
    counter('temp_files', '{temp_file}', 'The number of temp files.', one(database['temp_files'])),
    counter(
      'temp.io',
      'By',
      'Total amount of data written to temporary files by queries.',
      one(database['temp_bytes']),
    ),
    gauge('db_size', 'By', 'The database disk usage.', one(database['size'])),
    counter(
      'blks_hit',
      '{blks_hit}',
      'Number of times disk blocks were found already in the buffer cache.',
      one(database['blks_hit']),
    ),
    counter(
      'blks_read',
      '{blks_read}',
      'Number of disk blocks read in this database.',
      one(database['blks_read']),
    ),
    counter(
      'tup_returned',
      '{tup_returned}',
      'Number of rows returned by queries in the database.',
      one(database['tup_returned']),
    ),
    counter(
      'tup_fetched',
      '{tup_fetched}',
      'Number of rows fetched by queries in the database.',
      one(database['tup_fetched']),
    ),
    counter('operations', '1', 'The number of db row operations.', [
      ...one(database['tup_inserted'], { operation: 'ins' }),
      ...one(database['tup_updated'], { operation: 'upd' }),
      ...one(database['tup_deleted'], { operation: 'del' }),
      ...one(tables['hot'], { operation: 'hot_upd' }),
    ]),
    gauge('rows', '1', 'The number of rows in the database.', [
      ...one(tables['live'], { state: 'live' }),
      ...one(tables['dead'], { state: 'dead' }),
    ]),
    gauge(
      'table.size',
      'By',
      'Disk space used by a table, with its indexes.',
      Object.entries(sizes).map(([table, value]) => ({
        attributes: { 'postgresql.table.name': table },
        value,
      })),
    ),
    gauge('table.count', '{table}', 'Number of user tables in a database.', one(tables['count'])),
    counter(
      'table.vacuum.count',
      '{vacuum}',
      'Number of times a table has manually been vacuumed.',
      one(tables['vacuums']),
    ),
    counter(
      'sequential_scans',
      '{sequential_scan}',
      'The number of sequential scans.',
      one(tables['seq_scan']),
    ),
    counter(
      'index.scans',
      '{scans}',
      'The number of index scans on a table.',
      one(tables['idx_scan']),
    ),
    counter('bgwriter.checkpoint.count', '{checkpoints}', 'The number of checkpoints performed.', [
      ...one(bgwriter['timed'], { type: 'scheduled' }),
      ...one(bgwriter['requested'], { type: 'requested' }),
    ]),
    counter(
      'bgwriter.duration',
      'ms',
      'Total time spent writing and syncing files to disk by checkpoints.',
      [
        ...one(bgwriter['write_time'], { type: 'write' }),
        ...one(bgwriter['sync_time'], { type: 'sync' }),
      ],
    ),
    counter(
      'bgwriter.buffers.writes',
      '{buffers}',
      'Number of buffers written.',
      one(bgwriter['buffers_written'], { source: 'checkpoints' }),
    ),
    gauge(
      'replication.data_delay',
      'By',
      'The amount of data delayed in replication.',
      standbys.flatMap(({ client, bytes }) => one(bytes, { replication_client: client })),
    ),
    gauge(
      'database.locks',
      '{lock}',
      'The number of database locks.',
      Object.entries(locks).map(([mode, value]) => ({ attributes: { mode }, value })),
    ),
  ];
  return metrics.filter(({ points }) => points.length > 0);
}

function one(
  value: number | null | undefined,
  attributes: Readonly<Record<string, string>> = {},
): MetricPoint[] {
  return value === null || value === undefined || Number.isNaN(value)
    ? []
    : [{ attributes, value }];
}
