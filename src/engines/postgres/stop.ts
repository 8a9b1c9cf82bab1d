import { ledgerOf, type Bench } from './bench.ts';
import { lockWords } from './lock-key.ts';
import { pause } from './pause.ts';

/** Milliseconds. A request may come between two statements, and then stops nothing. */
const apart = 300;
const patience = 10_000;

/**
 * Has the backend stop what it runs, until `ended`. A server that does not listen is left: the
 * connection is dropped, and the transaction with it.
 */
export async function cancelUntil(bench: Bench, pid: number, ended: AbortSignal): Promise<void> {
  const late = setTimeout(() => bench.session.client.connection.stream.destroy(), patience);
  ended.addEventListener('abort', () => clearTimeout(late), { once: true });
  await (bench.facts.pooled ? cancelPooled(bench, pid, ended) : cancelDirect(bench, ended));
}

async function cancelDirect({ session }: Bench, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    await session.cancel();
    await pause(apart, ended);
  }
}

// The next to get this backend from the pooler is a stranger: it is ours as long as it has our
// lock.
const cancelSql = `
SELECT pg_cancel_backend(pid) FROM pg_locks
WHERE pid = $3 AND locktype = 'advisory' AND classid::bigint = $1 AND objid::bigint = $2`;

/** Through SQL: a cancel request of the protocol can end PgBouncer 1.18 to 1.20 itself. */
async function cancelPooled(bench: Bench, pid: number, ended: AbortSignal): Promise<void> {
  const words = lockWords(ledgerOf(bench).lockKey);
  await using other = await bench.session.connectAgain(ended);
  while (!ended.aborted) {
    await other.query(cancelSql, [...words, pid]);
    await pause(apart, ended);
  }
}
