import { postgresCheck } from '../check.ts';

/** From PostgreSQL 18 on it is a list; the authentication is what tells who it was. */
const enough = /\b(on|all|authentication|authorization)\b/;

export const loginLog = postgresCheck({
  id: 'login-log',
  title: 'logins that leave no trace',
  group: 'security',
  unit: null,
  thresholds: null,
  source: 'CIS 3.1; jem-db',
  sql: () => 'SELECT 1',
  judge(_rows, { settings }) {
    const logged = settings.get('log_connections')?.setting ?? '';
    const well = enough.test(logged);
    return {
      status: well ? 'ok' : 'warning',
      value: null,
      summary: well
        ? 'the server logs who logs in'
        : `log_connections is ${logged || 'empty'}: who logged in, and from where, is not in the log`,
      hint: 'ALTER SYSTEM SET log_connections = on; SELECT pg_reload_conf();',
    };
  },
});
