import type { Rule } from './error-rules.ts';

const lostHint =
  'An open transaction is rolled back by the server. Run the command again: it goes on where it stopped.';

/** The server ended the session; some of it arrives as a notice alone. */
export const endedRules: readonly Rule[] = [
  {
    states: ['57P01'],
    code: 'connection-lost',
    title: ({ server }) => `${server} closed the connection: an administrator ended it`,
    why: 'pg_terminate_backend, or the server is being stopped or restarted.',
    hint: lostHint,
  },
  {
    states: ['57P02'],
    code: 'connection-lost',
    title: ({ server }) => `${server} lost the connection: one of its processes crashed`,
    why: 'After a crash PostgreSQL ends all sessions and recovers.',
    hint: `${lostHint} Look into the server's log for the crash.`,
  },
  {
    states: ['25P03'],
    code: 'connection-lost',
    title: ({ server }) => `${server} closed the connection: idle in a transaction too long`,
    why: 'idle_in_transaction_session_timeout was reached.',
    hint: 'Do slow work outside the transaction, or raise that limit for this role.',
  },
  {
    states: ['57P05'],
    code: 'connection-lost',
    title: ({ server }) => `${server} closed the connection: idle too long`,
    why: 'idle_session_timeout was reached.',
    hint: lostHint,
  },
  {
    states: ['25P04'],
    code: 'query-timeout',
    title: 'The transaction took longer than transaction_timeout',
    why: 'The server ended it, and the connection with it.',
    hint: 'Raise transaction_timeout for this role, or split the work.',
  },
];
