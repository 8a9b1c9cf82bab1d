import { idleTimeout } from '../idle-timeout.ts';

export const idleTransactionTimeout = idleTimeout({
  id: 'idle-transaction-timeout',
  title: 'transactions that may idle for ever',
  setting: 'idle_in_transaction_session_timeout',
  harm: 'a transaction that somebody left keeps its locks, and vacuum waits for it',
});
