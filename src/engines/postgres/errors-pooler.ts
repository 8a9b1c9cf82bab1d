import type { Rule } from './error-rules.ts';

/** PgBouncer says everything with 08P01; only the text tells one thing from another. */
const fromPooler = ['08P01'];

/** PgBouncer's messages at any time. */
const poolerRules: readonly Rule[] = [
  {
    states: fromPooler,
    text: /no such database: (.*)/,
    code: 'database-missing',
    title: ({ found }) => `PgBouncer does not know database "${found(1)}"`,
    why: 'Its [databases] section has no such entry and no *.',
    hint: 'Correct the name, or add the database to pgbouncer.ini and reload it.',
  },
  {
    states: fromPooler,
    text: /unsupported startup parameter(?: in options)?: (.*)/,
    code: 'pooler-refuses',
    title: ({ found }) => `PgBouncer refuses the start-up setting ${found(1)}`,
    why: 'The URL or PGOPTIONS asks for a setting at start-up that PgBouncer cannot pass on.',
    hint: ({ found }) =>
      `Leave it out, connect directly, or set ignore_startup_parameters = ${found(1)} in pgbouncer.ini.`,
  },
  {
    states: fromPooler,
    text: /no more connections allowed/,
    code: 'too-many-connections',
    title: ({ server }) => `PgBouncer at ${server} is full`,
    why: 'max_client_conn clients are connected.',
    hint: 'Try again with `jem-db wait`, or raise max_client_conn.',
  },
  {
    states: fromPooler,
    text: /authentication failed|no such user|bouncer config error/i,
    code: 'login-refused',
    title: ({ about }) => `PgBouncer refuses the login of user "${about.user}"`,
    why: 'The password is wrong, or auth_file and auth_query of PgBouncer do not know the user.',
    hint: "Check user and password; PgBouncer's log names the real reason.",
  },
  {
    states: fromPooler,
    text: /^not allowed$|admin access needed/,
    code: 'permission-denied',
    title: ({ about }) => `User "${about.user}" may not use PgBouncer's console`,
    why: 'The user is neither in stats_users nor in admin_users.',
    hint: 'Add the user to stats_users in pgbouncer.ini.',
  },
  {
    states: fromPooler,
    text: /server conn crashed|server closed|client_idle_timeout|idle_transaction_timeout|query_timeout/,
    code: 'connection-lost',
    title: ({ server }) => `Connection to ${server} lost: PgBouncer closed it`,
    why: 'The connection behind PgBouncer was lost, or one of its time limits was reached.',
    hint: 'A transaction that was open is rolled back; try again.',
  },
  {
    states: fromPooler,
    text: /shut ?down|paused|disabled|server login (has been )?fail|cannot connect|server_login_retry/,
    code: 'pooler-without-server',
    title: ({ server }) => `PgBouncer at ${server} cannot reach its server`,
    why: 'The PostgreSQL server behind it is down or refuses it, or the database is paused.',
    hint: "Look at SHOW DATABASES and SHOW SERVERS of PgBouncer's console, and its log.",
  },
  {
    states: ['26000', '42P05'],
    text: /prepared statement/,
    code: 'pooler-in-the-way',
    title: 'A prepared statement got lost behind a pooler',
    why: 'PgBouncer older than 1.21, or without max_prepared_statements, hands each transaction to another server session.',
    hint: 'Set max_prepared_statements = 200 in pgbouncer.ini (1.21 or newer), or connect directly.',
  },
];

const waited = {
  states: fromPooler,
  text: /query_wait_timeout/,
  hint: "Look at SHOW POOLS (cl_waiting, maxwait) and SHOW SERVERS of PgBouncer's console, and its log.",
} as const;

/** A login needs a server only where PgBouncer has not reached one before: it is down. */
export const poolerLoginRules: readonly Rule[] = [
  {
    ...waited,
    code: 'pooler-without-server',
    title: ({ server }) => `PgBouncer at ${server} cannot reach its server`,
    why: 'Within query_wait_timeout it got no connection to the PostgreSQL server behind it.',
  },
  ...poolerRules,
];

/** A statement waits where all server connections are busy; the text is the same. */
export const poolerStatementRules: readonly Rule[] = [
  {
    ...waited,
    code: 'pooler-busy',
    title: ({ server }) => `All server connections of PgBouncer at ${server} are busy`,
    why: 'Within query_wait_timeout none became free; or the server behind it has gone.',
  },
  ...poolerRules,
];
