import { postgresCheck } from '../check.ts';
import { numberIn } from '../facts.ts';

export const walSenders = postgresCheck<{ senders: number; slots: number }>({
  id: 'wal-senders',
  title: 'WAL senders and replication slots in use',
  group: 'replication',
  unit: '%',
  thresholds: { warning: 80, critical: 100 },
  source: 'jem-db: standbys, subscriptions and base backups need them',
  sql: () => `
    SELECT (SELECT count(*)::int FROM pg_stat_replication) AS senders,
      (SELECT count(*)::int FROM pg_replication_slots) AS slots`,
  judge([row], facts) {
    const { senders = NaN, slots = NaN } = row ?? {};
    const mostSenders = numberIn(facts, 'max_wal_senders');
    const mostSlots = numberIn(facts, 'max_replication_slots');
    const share = Math.max(senders / Math.max(mostSenders, 1), slots / Math.max(mostSlots, 1));
    return {
      status: null,
      value: Math.round(100 * share),
      summary: `${senders} of ${mostSenders} WAL senders and ${slots} of ${mostSlots} replication slots are in use`,
      hint: `At the end no standby and no backup can connect. Drop slots without a consumer, or: ALTER SYSTEM SET ${senders / mostSenders < share ? `max_replication_slots = ${2 * mostSlots}` : `max_wal_senders = ${2 * mostSenders}`}; (needs a restart)`,
    };
  },
});
