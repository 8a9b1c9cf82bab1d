import { postgresCheck } from '../check.ts';
import { numberIn } from '../facts.ts';
import { counted, inBytes, quotedText } from '../words.ts';

interface Slot {
  readonly name: string;
  readonly kind: string;
  readonly active: boolean;
  readonly bytes: number;
}

/** Shares of max_slot_wal_keep_size; at all of it the slot is lost. */
const shares = { warning: 0.5, critical: 0.8 };

export const slotWal = postgresCheck<Slot>({
  id: 'slot-wal',
  title: 'WAL that replication slots hold back',
  group: 'replication',
  unit: 'B',
  thresholds: { warning: 1e9, critical: 10e9 },
  source: 'jem-db; manual, max_slot_wal_keep_size',
  sql: ({ standby }) => `
    SELECT slot_name::text AS name, concat_ws(' ', slot_type, database) AS kind, active,
      pg_wal_lsn_diff(${standby ? 'pg_last_wal_replay_lsn()' : 'pg_current_wal_lsn()'}, restart_lsn)::float8 AS bytes
    FROM pg_replication_slots WHERE restart_lsn IS NOT NULL ORDER BY bytes DESC LIMIT 100`,
  judge(rows, facts, thresholds) {
    const [worst] = rows;
    if (!worst) return { notApplicable: 'no replication slot holds WAL' };
    // Megabytes; -1: any amount is kept, until the disk is full.
    const kept = numberIn(facts, 'max_slot_wal_keep_size') * 2 ** 20;
    const bytes = Math.round(worst.bytes);
    const share = kept > 0 ? worst.bytes / kept : 0;
    const byShare =
      share >= shares.critical ? 'critical' : share >= shares.warning ? 'warning' : null;
    const bySize = bytes >= (thresholds?.critical ?? Infinity) ? 'critical' : byShare;
    return {
      status: bySize,
      value: bytes,
      summary: `${counted(rows.length, 'slot holds', 'slots hold')} back WAL, the most ${worst.name}: ${inBytes(bytes)} ${kept < 0 ? 'without a bound (max_slot_wal_keep_size = -1)' : `of at most ${inBytes(kept)}`}`,
      hint: `Bring its consumer back; if there is none any more: SELECT pg_drop_replication_slot(${quotedText(worst.name)});${kept < 0 ? " so that no slot can fill the disk: ALTER SYSTEM SET max_slot_wal_keep_size = '50GB'; SELECT pg_reload_conf();" : ''}`,
      objects: rows.map(({ name, kind, active, bytes: held }) => ({
        name,
        value: Math.round(held),
        detail: `${kind}, ${active ? 'active' : 'not active'}, ${inBytes(held)}`,
      })),
    };
  },
});
