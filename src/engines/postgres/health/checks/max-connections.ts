import { postgresCheck } from '../check.ts';
import { numberIn } from '../facts.ts';

export const maxConnections = postgresCheck<{ used: number }>({
  id: 'max-connections',
  title: 'more connections allowed than a server serves well',
  group: 'capacity',
  unit: null,
  thresholds: { warning: 501, critical: null },
  source: 'jem-db: more than 500; pgtune sets 20 to 300',
  sql: () => 'SELECT count(*)::int AS used FROM pg_stat_activity WHERE usesysid IS NOT NULL',
  judge([row], facts) {
    const most = numberIn(facts, 'max_connections');
    return {
      status: null,
      value: most,
      summary: `max_connections is ${most}, ${row?.used} are in use${facts.pooled ? ', and a pooler stands between' : ''}`,
      hint: 'Each connection is a process, and every snapshot looks at all of them. Put a pooler in front (`jem-db pool config`) and allow fewer: ALTER SYSTEM SET max_connections = 200; (needs a restart; standbys need it as high as the primary).',
    };
  },
});
