import { postgresCheck } from '../check.ts';
import { numberIn } from '../facts.ts';

export const connections = postgresCheck<{ used: number }>({
  id: 'connections',
  title: 'connection slots in use',
  group: 'capacity',
  unit: '%',
  thresholds: { warning: 80, critical: 95 },
  source: 'postgres_exporter mixin 80 %, check_postgres 95 %',
  sql: () => `
    SELECT count(*)::int AS used FROM pg_stat_activity
    -- Others of the server's processes have slots of their own. What kind it is a role without
    -- rights is not told of others; but such a process has no role, or no database.
    WHERE coalesce(backend_type = 'client backend', usesysid IS NOT NULL AND datid IS NOT NULL)`,
  judge([row], facts) {
    const reserved = numberIn(facts, 'superuser_reserved_connections');
    // Before PostgreSQL 16 there is no such setting.
    const kept = facts.settings.has('reserved_connections')
      ? numberIn(facts, 'reserved_connections')
      : 0;
    const slots = numberIn(facts, 'max_connections') - reserved - kept;
    const used = row?.used ?? NaN;
    return {
      status: null,
      value: Math.round((100 * used) / slots),
      summary: `${used} of ${slots} connection slots are in use (${reserved + kept} more are reserved)`,
      hint: 'Put a pooler in front (`jem-db pool config`), or end what idles: idle_session_timeout. More slots: ALTER SYSTEM SET max_connections (needs a restart, and memory).',
    };
  },
});
