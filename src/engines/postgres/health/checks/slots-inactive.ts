import { postgresCheck } from '../check.ts';
import { counted, inTime, quotedText } from '../words.ts';

interface Slot {
  readonly name: string;
  readonly kind: string;
  /** Null: not known before PostgreSQL 17. */
  readonly seconds: number | null;
}

export const slotsInactive = postgresCheck<Slot>({
  id: 'slots-inactive',
  title: 'replication slots without a consumer',
  group: 'replication',
  unit: 's',
  thresholds: { warning: 300, critical: 1800 },
  source: 'postgres_exporter mixin 30 min',
  sql: ({ major }) => `
    SELECT slot_name::text AS name, concat_ws(' ', slot_type, database) AS kind,
      ${major >= 17 ? 'extract(epoch FROM clock_timestamp() - inactive_since)::float8' : 'NULL::float8'} AS seconds
    FROM pg_replication_slots
    WHERE NOT active AND coalesce(wal_status, '') <> 'lost' ${
      // The standby of a failover keeps a copy that nobody is meant to use yet.
      major >= 17 ? 'AND NOT (synced AND pg_is_in_recovery())' : ''
    }
    ORDER BY 3 DESC NULLS LAST, 1 LIMIT 100`,
  judge(rows) {
    const [worst] = rows;
    if (!worst)
      return { status: 'ok', value: 0, summary: 'no slot is without a consumer', hint: null };
    const { name, seconds } = worst;
    return {
      status: seconds === null ? 'warning' : null,
      value: seconds === null ? null : Math.round(seconds),
      summary: `${counted(rows.length, 'slot has', 'slots have')} no consumer: ${name}${seconds === null ? ' (since when is not kept before PostgreSQL 17)' : ` since ${inTime(seconds)}`}`,
      hint: `It holds back WAL and vacuum. Bring its consumer back, or: SELECT pg_drop_replication_slot(${quotedText(name)});`,
      objects: rows.map((row) => ({
        name: row.name,
        value: row.seconds === null ? null : Math.round(row.seconds),
        detail: `${row.kind}${row.seconds === null ? '' : `, inactive for ${inTime(row.seconds)}`}`,
      })),
    };
  },
});
