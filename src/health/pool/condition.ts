import type { PoolCheck } from './checks.ts';

/** PgBouncer turns clients away where max_client_conn is reached. */
const clients: PoolCheck = {
  id: 'pool-clients',
  title: 'Clients connected',
  group: 'capacity',
  unit: '%',
  thresholds: { warning: 80, critical: 95 },
  source: 'as the postgres_exporter mixin has it for max_connections; critical is jem-db’s',
  see({ last }) {
    const most = Number(last.settings['max_client_conn']);
    const value = Math.round((last.clients / most) * 100);
    return {
      value: Number.isFinite(value) ? value : null,
      summary: `${last.clients} of ${last.settings['max_client_conn'] ?? '?'}, this one among them`,
      hint: 'Raise max_client_conn, with as many open files (LimitNOFILE), or let the applications keep fewer.',
    };
  },
};

const closed: PoolCheck = {
  id: 'pool-paused',
  title: 'Databases that are paused or disabled',
  group: 'availability',
  unit: null,
  thresholds: { warning: null, critical: 1 },
  source: 'PgBouncer doc/usage.md: all clients of such a database wait, or are refused',
  see({ last }) {
    const found = last.databases.filter(({ paused, disabled }) => paused || disabled);
    const words = found.map(({ name, paused }) => `${name} is ${paused ? 'paused' : 'disabled'}`);
    return {
      value: found.length,
      summary: found.length === 0 ? 'none' : words.join(', '),
      hint: 'When the work on the server is done, in the console: RESUME; or ENABLE database;',
    };
  },
};

const patience: PoolCheck = {
  id: 'pool-timeout',
  title: 'A limit for waiting clients',
  group: 'settings',
  unit: null,
  thresholds: null,
  source: 'PgBouncer doc/config.md on query_wait_timeout',
  see({ last }) {
    const seconds = Number(last.settings['query_wait_timeout']);
    if (Number.isNaN(seconds))
      return {
        status: 'unknown',
        value: null,
        summary: 'query_wait_timeout is not told',
        hint: 'Look at SHOW CONFIG in the console.',
      };
    return {
      status: seconds > 0 ? 'ok' : 'warning',
      value: seconds,
      summary: seconds > 0 ? `query_wait_timeout is ${seconds} s` : 'query_wait_timeout is 0',
      hint: 'With 0 clients wait for ever where the server is down or busy: set query_wait_timeout = 15.',
    };
  },
};

/** What one client leaves behind is the next one's, unless somebody takes it away. */
const reset: PoolCheck = {
  id: 'pool-reset',
  title: 'What clients leave behind',
  group: 'settings',
  unit: null,
  thresholds: null,
  source: 'PgBouncer doc/config.md on server_reset_query and server_reset_query_always',
  see({ last: { pools, settings } }) {
    const always = settings['server_reset_query_always'] === '1';
    const query = settings['server_reset_query'] ?? '';
    const modes = new Set([settings['pool_mode'], ...pools.map(({ mode }) => mode)]);
    if (modes.has('session') && query.trim() === '')
      return {
        status: 'warning',
        value: null,
        summary: 'server_reset_query is empty, and there are pools in session mode',
        hint: 'Settings, temporary tables and locks of one client reach the next: server_reset_query = DISCARD ALL',
      };
    if (always && (modes.has('transaction') || modes.has('statement')))
      return {
        status: 'warning',
        value: null,
        summary: 'server_reset_query_always is 1: a round trip more for each transaction',
        hint: 'It is there for applications that use session features (SET, LISTEN, session locks, temporary tables) through a transaction pooler, and breaks them all alike: let them connect directly, and set it to 0.',
      };
    return {
      status: 'ok',
      value: null,
      summary: modes.has('session')
        ? `sessions end with ${query}`
        : 'nothing is reset between transactions: clients must not use session features',
      hint: '',
    };
  },
};

export const conditionChecks: readonly PoolCheck[] = [clients, closed, patience, reset];
