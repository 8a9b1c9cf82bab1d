import { postgresCheck } from '../check.ts';
import { counted, quotedText } from '../words.ts';

interface Slot {
  readonly name: string;
  readonly kind: string;
  readonly lost: boolean;
  readonly why: string | null;
}

export const slotsLost = postgresCheck<Slot>({
  id: 'slots-lost',
  title: 'replication slots that lost their WAL, or are about to',
  group: 'replication',
  unit: null,
  thresholds: null,
  source: 'check_pgactivity: unreserved is a warning, lost critical',
  sql: ({ major }) => `
    SELECT slot_name::text AS name, concat_ws(' ', slot_type, database) AS kind, wal_status = 'lost' AS lost,
      ${major >= 17 ? 'invalidation_reason' : major === 16 ? "CASE WHEN conflicting THEN 'conflict with recovery' END" : 'NULL'} AS why
    FROM pg_replication_slots
    WHERE wal_status IN ('lost', 'unreserved')
      ${major >= 17 ? 'OR invalidation_reason IS NOT NULL' : major === 16 ? 'OR conflicting' : ''}
    ORDER BY lost DESC, 1 LIMIT 100`,
  judge(rows) {
    const [worst] = rows;
    if (!worst) return { status: 'ok', value: null, summary: 'no slot lost its WAL', hint: null };
    const lost = rows.filter((row) => row.lost || row.why !== null).length;
    return {
      status: lost > 0 ? 'critical' : 'warning',
      value: null,
      summary:
        lost > 0
          ? `${counted(lost, 'slot is', 'slots are')} lost: ${worst.name}${worst.why === null ? '' : ` (${worst.why})`}; its consumer can never go on from there`
          : `${worst.name} needs WAL that the next checkpoint may remove (max_slot_wal_keep_size)`,
      hint:
        lost > 0
          ? `Build its standby or subscription anew, and: SELECT pg_drop_replication_slot(${quotedText(worst.name)});`
          : "Bring its consumer back at once, or raise the bound: ALTER SYSTEM SET max_slot_wal_keep_size = '…'; SELECT pg_reload_conf();",
      objects: rows.map(({ name, kind, lost: gone, why }) => ({
        name,
        value: null,
        detail: `${kind}, ${gone ? 'lost' : (why ?? 'unreserved')}`,
      })),
    };
  },
});
