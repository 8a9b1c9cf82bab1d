import type { Client } from 'pg';
import { sendMessage } from './message.ts';

const tries = 2;

/**
 * Ends a transaction that failed. Never throws: it must not hide why it failed, and a connection
 * that is gone has rolled back by itself.
 */
export async function rollBack(client: Client): Promise<void> {
  // pg reports an error before the server says in what state it is: an empty message asks.
  await sendMessage(client, []);
  // A cancel request that comes late may hit the ROLLBACK itself.
  for (let count = 0; count < tries && inTransaction(client); count++)
    await sendMessage(client, [Buffer.from('ROLLBACK')]);
}

/** Whether the server said last that a transaction is open, failed or not. */
export function inTransaction(client: Client): boolean {
  const status = client.getTransactionStatus();
  return status === 'T' || status === 'E';
}
