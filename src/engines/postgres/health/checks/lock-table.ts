import { postgresCheck } from '../check.ts';
import { numberIn } from '../facts.ts';

export const lockTable = postgresCheck<{ locks: number }>({
  id: 'lock-table',
  title: 'the shared lock table',
  group: 'locks',
  unit: '%',
  thresholds: { warning: 70, critical: 90 },
  source: 'jem-db; size: manual, max_locks_per_transaction',
  sql: () => 'SELECT count(*)::int AS locks FROM pg_locks WHERE NOT fastpath',
  judge([row], facts) {
    const sessions =
      numberIn(facts, 'max_connections') + numberIn(facts, 'max_prepared_transactions');
    const slots = numberIn(facts, 'max_locks_per_transaction') * sessions;
    const locks = row?.locks ?? NaN;
    return {
      status: null,
      value: Math.round((100 * locks) / slots),
      summary: `${locks} of ${slots} locks are held`,
      hint: `When it is full, statements fail with "out of shared memory". ALTER SYSTEM SET max_locks_per_transaction = ${2 * numberIn(facts, 'max_locks_per_transaction')}; (needs a restart); look for a transaction that touches thousands of tables or partitions.`,
    };
  },
});
