import { postgresCheck } from '../check.ts';
import { counted, quotedName } from '../words.ts';

interface Subscription {
  readonly name: string;
  readonly enabled: boolean;
  readonly works: boolean;
  /** Since the counters began; before PostgreSQL 15 not kept. */
  readonly errors: number | null;
  readonly unready: number;
}

/**
 * A worker that fails is started again every wal_retrieve_retry_interval and fails again: nearly
 * all of the time there is none.
 */
export const subscriptions = postgresCheck<Subscription>({
  id: 'subscriptions',
  title: 'subscriptions that receive nothing',
  group: 'replication',
  unit: null,
  thresholds: null,
  source: 'jem-db',
  on: 'primary',
  sql: ({ major }) => `
    SELECT s.subname::text AS name, s.subenabled AS enabled,
      EXISTS (SELECT FROM pg_stat_subscription w WHERE w.subid = s.oid AND w.relid IS NULL AND w.pid IS NOT NULL) AS works,
      ${major >= 15 ? '(SELECT (e.apply_error_count + e.sync_error_count)::float8 FROM pg_stat_subscription_stats e WHERE e.subid = s.oid)' : 'NULL::float8'} AS errors,
      (SELECT count(*)::int FROM pg_subscription_rel r WHERE r.srsubid = s.oid AND r.srsubstate <> 'r') AS unready
    FROM pg_subscription s
    WHERE s.subdbid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
    ORDER BY s.subenabled DESC, 3, 1`,
  judge(rows) {
    if (rows.length === 0) return { notApplicable: 'no subscription in this database' };
    const stopped = rows.filter((row) => row.enabled && !row.works);
    const disabled = rows.filter((row) => !row.enabled);
    const [worst = null] = [...stopped, ...disabled];
    return {
      status: stopped.length > 0 ? 'critical' : disabled.length > 0 ? 'warning' : 'ok',
      value: null,
      summary:
        worst === null
          ? counted(rows.length, 'subscription receives', 'subscriptions receive')
          : `${worst.name} is ${worst.enabled ? 'enabled, but no worker runs for it' : 'disabled'}${errorsOf(worst)}`,
      hint:
        worst?.enabled === false
          ? `ALTER SUBSCRIPTION ${quotedName(worst.name)} ENABLE; first look in the log why it was disabled (disable_on_error).`
          : 'The log says why its worker ends: a conflict of rows, a table or column that is missing, the publisher not reached, or too few max_logical_replication_workers.',
      objects: rows.map((row) => ({
        name: row.name,
        value: row.errors,
        detail: `${row.enabled ? (row.works ? 'receives' : 'no worker') : 'disabled'}${errorsOf(row)}${row.unready > 0 ? `, ${counted(row.unready, 'table is', 'tables are')} not synchronised yet` : ''}`,
      })),
    };
  },
});

function errorsOf({ errors }: Subscription): string {
  return errors ? `, ${counted(errors, 'error', 'errors')} so far` : '';
}
