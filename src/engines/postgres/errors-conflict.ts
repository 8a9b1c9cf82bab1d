import type { Rule } from './error-rules.ts';

/** Others stand in the way: locks, time limits, a standby. */
export const conflictRules: readonly Rule[] = [
  {
    states: ['57014'],
    text: /statement timeout/,
    code: 'query-timeout',
    title: 'A statement took longer than statement_timeout',
    why: 'statement_timeout is set for this role, database or connection.',
    hint: 'Set statement_timeout = 0 in the migration (SET LOCAL), or raise it for this role.',
  },
  {
    states: ['57014'],
    code: 'query-cancelled',
    title: 'The statement was cancelled on request',
    why: 'Somebody called pg_cancel_backend, or pressed Ctrl-C.',
    hint: 'Find out who, or run the command again.',
  },
  {
    states: ['55P03'],
    code: 'lock-timeout',
    title: 'Could not get a lock in time',
    why: 'Another session holds it longer than lock_timeout allows to wait.',
    hint: 'Try again when the application is quieter; pg_blocking_pids() names who blocks.',
  },
  {
    states: ['40P01'],
    code: 'deadlock',
    title: 'Deadlock: the transaction was rolled back',
    why: "It and another session waited for each other's locks.",
    hint: "Try again; the server's log shows both statements.",
  },
  {
    states: ['40001'],
    text: /conflict with recovery/,
    code: 'recovery-conflict',
    title: ({ server }) => `The standby ${server} cancelled the statement`,
    why: 'It stood in the way of changes that come from the primary.',
    hint: 'Try again, use the primary, or set hot_standby_feedback = on.',
  },
  {
    states: ['40001'],
    code: 'serialization-failure',
    title: 'A concurrent update came first: the transaction was rolled back',
    why: 'Another session changed the same rows.',
    hint: 'Try again.',
  },
  {
    states: ['25006'],
    code: 'read-only-target',
    title: ({ server }) => `${server} is read-only for this session`,
    why: 'It is a standby, or default_transaction_read_only is on.',
    hint: 'Connect to the primary: name all servers and set target_session_attrs=read-write.',
  },
  {
    states: ['55000'],
    text: /recovery is in progress/,
    code: 'read-only-target',
    title: ({ server }) => `${server} is a standby`,
    why: 'The statement needs a primary.',
    hint: 'Connect to the primary: name all servers and set target_session_attrs=read-write.',
  },
];
