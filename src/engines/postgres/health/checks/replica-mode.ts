import { listingCheck } from '../listing.ts';

/** A setting of one import that stayed: no trigger fires, no foreign key is checked. */
export const replicaMode = listingCheck<{ name: string; detail: string; mend: string }>({
  id: 'replica-mode',
  title: 'sessions that begin with triggers and foreign keys off',
  group: 'integrity',
  source: 'jem-db',
  level: 'critical',
  sql: () => `
    SELECT concat_ws(' in ', 'role ' || quote_ident(r.rolname), 'database ' || quote_ident(d.datname)) AS name,
      'session_replication_role = ' || o.option_value AS detail,
      concat('ALTER ', CASE WHEN s.setrole = 0 THEN coalesce('DATABASE ' || quote_ident(d.datname), 'ROLE ALL')
        ELSE 'ROLE ' || quote_ident(r.rolname) || coalesce(' IN DATABASE ' || quote_ident(d.datname), '') END,
        ' RESET session_replication_role;') AS mend
    FROM pg_db_role_setting s CROSS JOIN pg_options_to_table(s.setconfig) o
    LEFT JOIN pg_roles r ON r.oid = s.setrole LEFT JOIN pg_database d ON d.oid = s.setdatabase
    WHERE o.option_name = 'session_replication_role' AND o.option_value = 'replica'
    UNION
    SELECT 'the server', 'session_replication_role = replica', 'ALTER SYSTEM RESET session_replication_role; SELECT pg_reload_conf();'
    FROM pg_settings WHERE name = 'session_replication_role' AND setting = 'replica' AND source IN ('configuration file', 'command line')`,
  none: 'sessions begin with triggers and foreign keys at work',
  some: (_count, { name, detail }) =>
    `${detail} for ${name || 'all roles'}: no trigger fires and no foreign key is checked`,
  hint: ({ mend }) => mend,
});
