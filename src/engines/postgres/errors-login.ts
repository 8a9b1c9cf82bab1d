import type { Rule } from './error-rules.ts';

const database = 'database "([^"]*)"';

/** What a server says to somebody who wants to come in. */
export const loginRules: readonly Rule[] = [
  {
    states: ['42704', '22023', '42501', '55P02', '42601'],
    text: /parameter "([^"]*)"/,
    code: 'bad-setting',
    title: ({ server, found }) => `${server} does not take the setting "${found(1)}"`,
    why: 'options in the URL, PGOPTIONS, PGTZ, PGDATESTYLE or PGGEQO ask for it at start-up.',
    hint: 'Correct the setting, or leave it out.',
  },
  {
    states: ['28P01'],
    code: 'login-refused',
    title: ({ about }) => `Login refused for user "${about.user}"`,
    why: 'The server hides which it is: a wrong password, no such role, a role without a password, one past its VALID UNTIL, or an md5 password where scram-sha-256 is asked for.',
    hint: "Check user and password; the server's log names the real reason.",
  },
  {
    states: ['28000'],
    text: /role "([^"]*)" does not exist/,
    code: 'role-missing',
    title: ({ found }) => `Role "${found(1)}" does not exist`,
    why: 'The user name is wrong, or the role was not created. (A rule of pg_hba.conf lets it in without a password, or the server would not say so.)',
    hint: ({ found }) => `Correct the user name, or create it: CREATE ROLE "${found(1)}" LOGIN;`,
  },
  {
    states: ['28000'],
    text: /role "([^"]*)" is not permitted to log in/,
    code: 'role-may-not-log-in',
    title: ({ found }) => `Role "${found(1)}" may not log in`,
    why: 'It is a NOLOGIN role: a group, not a user.',
    hint: ({ found }) =>
      `Log in as a role that is a member of it, or: ALTER ROLE "${found(1)}" LOGIN;`,
  },
  {
    states: ['28000'],
    text: /valid client certificate/,
    code: 'client-certificate-needed',
    title: ({ server }) => `${server} asks for a client certificate`,
    why: 'The rule of pg_hba.conf for this client is cert or clientcert.',
    hint: 'Give sslcert=FILE and sslkey=FILE.',
  },
  {
    states: ['28000'],
    text: /no pg_hba\.conf entry.*?((?:no|SSL|GSS) encryption)?$/,
    code: 'server-rule-rejects',
    title: ({ server, about }) =>
      `${server} has no rule that lets user "${about.user}" into "${about.database}"`,
    why: ({ found }) =>
      `No line of pg_hba.conf fits this host, user and database${found(1) ? ` with ${found(1)}` : ''}.`,
    hint: ({ found }) =>
      found(1) === 'no encryption'
        ? 'The rule may ask for TLS: try sslmode=require. Otherwise add a line to pg_hba.conf.'
        : 'Add a line to pg_hba.conf, and reload the server.',
  },
  {
    states: ['28000'],
    text: /pg_hba\.conf rejects/,
    code: 'server-rule-rejects',
    title: ({ server, about }) => `A rule of ${server} rejects user "${about.user}"`,
    why: 'A reject line of pg_hba.conf fits this host, user, database and encryption.',
    hint: 'Ask who runs the server; its own words below name what it saw.',
  },
  {
    states: ['28'],
    code: 'login-refused',
    title: ({ about }) => `Login refused for user "${about.user}"`,
    why: 'The server checks users in another way than by password (peer, ident, ldap, pam …), and it did not agree.',
    hint: "Run as the operating system's user of that name, or connect over TCP with a password; the server's log names the reason.",
  },
  {
    states: ['3D000'],
    text: new RegExp(database),
    code: 'database-missing',
    title: ({ found }) => `Database "${found(1)}" does not exist`,
    why: 'The name is wrong, or nobody has created it yet.',
    hint: ({ found }) => `Correct the name, or create it: createdb ${found(1)}`,
  },
  {
    states: ['55000'],
    text: new RegExp(`${database} is not currently accepting connections`),
    code: 'database-closed',
    title: ({ found }) => `Database "${found(1)}" does not accept connections`,
    why: 'It is marked ALLOW_CONNECTIONS false: a template, or in maintenance.',
    hint: ({ found }) => `ALTER DATABASE "${found(1)}" ALLOW_CONNECTIONS true;`,
  },
  {
    states: ['53300'],
    text: /too many connections for (role|database) "([^"]*)"/,
    code: 'too-many-connections',
    title: ({ found }) => `The connection limit of ${found(1)} "${found(2)}" is reached`,
    why: ({ found }) => `ALTER ${found(1).toUpperCase()} … CONNECTION LIMIT allows no more.`,
    hint: 'Try again when others have gone, find idle sessions in pg_stat_activity, or raise the limit.',
  },
  {
    states: ['53300'],
    text: /reserved/,
    code: 'too-many-connections',
    title: ({ server, about }) => `${server} has no free connection for user "${about.user}"`,
    why: 'All of max_connections is in use but the slots that are reserved for superusers and pg_use_reserved_connections.',
    hint: 'Try again with `jem-db wait`, find idle sessions in pg_stat_activity, or put PgBouncer in front.',
  },
  {
    states: ['53300'],
    code: 'too-many-connections',
    title: ({ server }) => `${server} has no free connection at all`,
    why: 'Every slot of max_connections is in use, those for superusers too.',
    hint: 'End idle sessions with pg_terminate_backend from a session that is still open; a restart is the last resort.',
  },
  {
    states: ['57P03'],
    detail: /Hot standby mode is disabled/,
    code: 'standby-refuses',
    title: ({ server }) => `${server} is a standby that takes no connections`,
    why: 'It runs with hot_standby = off; waiting does not change that.',
    hint: 'Connect to the primary.',
  },
  {
    states: ['57P03'],
    text: /shutting down/,
    code: 'server-stopping',
    title: ({ server }) => `${server} is shutting down`,
    why: 'Somebody is stopping or restarting it.',
    hint: 'Wait until it is back: `jem-db wait`.',
  },
  {
    states: ['57P03'],
    code: 'server-starting',
    title: ({ server }) => `${server} is starting`,
    why: 'It is starting up or recovering after a crash, and takes no connections yet.',
    hint: 'Wait until it is ready: `jem-db wait`.',
  },
];
