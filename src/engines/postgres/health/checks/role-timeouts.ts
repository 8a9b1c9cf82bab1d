import { postgresCheck } from '../check.ts';
import { counted, quotedName } from '../words.ts';

interface Role {
  readonly name: string;
  /** Null: not to be seen from this session. */
  readonly idle: string | null;
  readonly statement: string | null;
}

/** What a session of role `r` in this database would begin with. */
const effective = (setting: string): string => `coalesce(
  (SELECT split_part(o, '=', 2) FROM pg_db_role_setting s, unnest(s.setconfig) o
    WHERE s.setrole IN (0, r.oid) AND s.setdatabase IN (0, d.oid) AND split_part(o, '=', 1) = '${setting}'
    ORDER BY s.setrole <> 0 DESC, s.setdatabase <> 0 DESC LIMIT 1),
  (SELECT g.reset_val FROM pg_settings g WHERE g.name = '${setting}'
    -- Where this session has it of its own, what others begin with is not to be seen.
    AND g.source IN ('default', 'configuration file', 'command line', 'environment variable', 'override', 'session')))`;

export const roleTimeouts = postgresCheck<Role>({
  id: 'role-timeouts',
  title: 'roles that may idle in a transaction for ever',
  group: 'settings',
  unit: null,
  thresholds: { warning: 1, critical: null },
  source: 'jem-db; manual, Client Connection Defaults',
  sql: ({ major }) => `
    SELECT * FROM (
      SELECT r.rolname::text AS name, ${effective('idle_in_transaction_session_timeout')} AS idle,
        ${effective('statement_timeout')} AS statement,
        ${major >= 17 ? effective('transaction_timeout') : "'0'"} AS whole
      FROM pg_roles r, pg_database d
      WHERE d.datname = current_database() AND r.rolcanlogin AND NOT r.rolsuper AND NOT r.rolreplication
        AND (r.rolvaliduntil IS NULL OR r.rolvaliduntil > now()) AND has_database_privilege(r.oid, d.oid, 'CONNECT')) e
    WHERE (idle IS NULL OR idle ~ '^0[a-z]*$') AND (whole IS NULL OR whole ~ '^0[a-z]*$') ORDER BY name LIMIT 100`,
  judge(seen, { user }) {
    const rows = seen.filter(({ idle }) => idle !== null);
    const [first] = rows;
    if (!first && seen.length > 0)
      return {
        status: 'unknown',
        value: null,
        summary: `${user} has an idle_in_transaction_session_timeout of its own, so what other roles begin with is not to be seen`,
        hint: 'Look as another role.',
      };
    return {
      status: null,
      value: rows.length,
      summary: first
        ? `${counted(rows.length, 'role', 'roles')} may idle in a transaction without end: ${first.name}`
        : 'every role that may connect here has an idle_in_transaction_session_timeout, or is a superuser',
      hint: `ALTER ROLE ${quotedName(first?.name ?? '')} SET idle_in_transaction_session_timeout = '60s'; for one that serves requests also: ALTER ROLE ${quotedName(first?.name ?? '')} SET statement_timeout = '30s';`,
      objects: rows.map(({ name, statement }) => ({
        name: `role ${name}`,
        value: null,
        detail:
          statement !== null && /^0[a-z]*$/.test(statement)
            ? 'its statements have no timeout either'
            : `statement_timeout ${statement ?? 'not to be seen'}`,
      })),
    };
  },
});
