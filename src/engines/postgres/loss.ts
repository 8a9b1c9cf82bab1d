import { JemError } from '../../errors.ts';
import type { LedgerChange } from '../engine.ts';
import { ledgerOf, type Bench } from './bench.ts';
import { changeIsDone } from './ledger.ts';
import { lockWords } from './lock-key.ts';
import { pauseOrStop } from './pause.ts';
import type { PostgresSession } from './session.ts';

interface Loss {
  readonly change: LedgerChange;
  /** The COMMIT was on its way when the connection went. */
  readonly mayBeDone: boolean;
  /** The backend that ran it. */
  readonly pid: number;
  readonly error: unknown;
}

/** Milliseconds for the server to come back, and for the old backend to go. */
const patience = { server: 5000, backend: 5000, apart: 100 };

/**
 * The connection went in the middle of a transaction. Looks through a new one whether the change
 * was committed, and returns if so. Throws `connection-lost` where it was not, `commit-unknown`
 * where nobody could be asked.
 */
export async function afterLoss(bench: Bench, loss: Loss): Promise<void> {
  const reason = bench.session.failure(loss.error);
  if (!loss.mayBeDone) throw lost(reason);
  const found = await askAgain(bench, loss).catch((error: unknown) => {
    bench.signal.throwIfAborted();
    throw unknown(reason, error);
  });
  if (found === 'done') return;
  throw found === 'not-done' ? lost(reason) : unknown(reason, null);
}

async function askAgain(
  bench: Bench,
  { change, pid }: Loss,
): Promise<'done' | 'not-done' | 'still-running'> {
  await using session = await reconnect(bench);
  if (!(await backendIsGone(bench, session, pid))) return 'still-running';
  const [row] = await session.query(changeIsDone(ledgerOf(bench), change));
  return row?.['done'] === true ? 'done' : 'not-done';
}

/** A server that starts again after a crash is worth a few seconds. */
async function reconnect({ session, signal }: Bench): Promise<PostgresSession> {
  const end = performance.now() + patience.server;
  for (;;) {
    try {
      return await session.connectAgain(signal);
    } catch (error) {
      const passing = error instanceof JemError && error.retryable;
      if (!passing || performance.now() > end) throw error;
      await pauseOrStop(patience.apart, signal);
    }
  }
}

// Whoever holds our lock with our process id is the backend that was left alone: the server may
// not have noticed that nobody listens any more, and might yet commit.
const endBackend = `
SELECT pg_terminate_backend(pid) FROM pg_locks
WHERE pid = $3 AND locktype = 'advisory' AND classid::bigint = $1 AND objid::bigint = $2`;

async function backendIsGone(
  bench: Bench,
  session: PostgresSession,
  pid: number,
): Promise<boolean> {
  const words = lockWords(ledgerOf(bench).lockKey);
  const end = performance.now() + patience.backend;
  while (performance.now() < end) {
    const rows = await session.query(endBackend, [...words, pid]);
    if (rows.length === 0) return true;
    await pauseOrStop(patience.apart, bench.signal);
  }
  return false;
}

function lost(reason: JemError): JemError {
  // transaction_timeout, say, ends the connection on purpose and would do so again.
  if (reason.code !== 'connection-lost') return reason;
  return new JemError('connection-lost', 'The connection was lost in the middle of the migration', {
    why: reason.details.why ?? reason.message,
    hint: 'Nothing of this migration was applied: the server rolled it back. Run the command again.',
    ...originalOf(reason),
    cause: reason,
  });
}

function unknown(reason: JemError, later: unknown): JemError {
  const asked =
    later instanceof Error
      ? `A new connection could not tell either: ${later.message}.`
      : 'The server still runs it, and did not stop when it was asked to.';
  return new JemError(
    'commit-unknown',
    'The connection was lost before the server said whether the migration was committed',
    {
      why: `${reason.details.why ?? reason.message} ${asked}`,
      hint: 'It was applied as a whole or not at all. When the server answers again: `jem-db migrate status`.',
      ...originalOf(reason),
      cause: reason,
    },
  );
}

function originalOf({ details, message }: JemError): { original: string } {
  return { original: details.original ?? message };
}
