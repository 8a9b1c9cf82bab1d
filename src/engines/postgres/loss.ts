import { type InDoubt, JemError } from '../../errors.ts';
import type { LedgerChange } from '../migrating.ts';
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

interface LossOfSeveral {
  /** All that was sent and that no flush of the server has vouched for, in the order sent. */
  readonly changes: readonly LedgerChange[];
  /** Index of the one in which the connection went. */
  readonly at: number;
  /** The backend that ran it. */
  readonly pid: number;
  readonly error: unknown;
}

/** Milliseconds for the server to come back, and for the old backend to go. */
const patience = { server: 5000, backend: 5000, apart: 100 };

/**
 * The connection went in the middle of a transaction. Looks through a new one whether the change
 * was committed, and returns if so. Throws `connection-lost` where it was not, `commit-unknown`
 * where nobody could be asked, or the signal's reason.
 */
export async function afterLoss(
  bench: Bench,
  { change, mayBeDone, pid, error }: Loss,
): Promise<void> {
  const loss = { changes: [change], at: 0, pid, error };
  if (mayBeDone && (await committedBeforeLoss(bench, loss)) === 1) return;
  throw stoppedBy(bench, error);
}

/** What to throw for a migration that the end of its connection has rolled back. */
export function stoppedBy({ session, signal }: Bench, error: unknown): unknown {
  return signal.aborted ? signal.reason : lost(session.failure(error));
}

/**
 * Asks through a new connection how many of the changes, counted from the first, were committed.
 * Throws `commit-unknown`, or the signal's reason, where nobody could be asked: with the names of
 * those in doubt.
 */
export async function committedBeforeLoss(bench: Bench, loss: LossOfSeveral): Promise<number> {
  const { signal, session } = bench;
  const names = loss.changes.map(nameOf);
  const inDoubt = { during: names[loss.at] ?? '', names };
  const unknown = (later: unknown): unknown => {
    if (!signal.aborted) return commitUnknown(session.failure(loss.error), later, inDoubt);
    return signal.reason instanceof JemError ? signal.reason.with({ inDoubt }) : signal.reason;
  };
  const found = await askAgain(bench, loss).catch((error: unknown) => {
    throw unknown(error);
  });
  if (found === 'still-running') throw unknown(null);
  return found;
}

/** The name of the migration that a change speaks of. */
function nameOf(change: LedgerChange): string {
  return change.kind === 'insert' ? change.row.name : change.name;
}

async function askAgain(
  bench: Bench,
  { changes, pid }: LossOfSeveral,
): Promise<number | 'still-running'> {
  await using session = await reconnect(bench);
  if (!(await backendIsGone(bench, session, pid))) return 'still-running';
  let done = 0;
  for (const change of changes) {
    const [row] = await session.query(changeIsDone(ledgerOf(bench), change));
    if (row?.['done'] !== true) break;
    done++;
  }
  return done;
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

function commitUnknown(reason: JemError, later: unknown, inDoubt: InDoubt): JemError {
  const asked =
    later instanceof Error
      ? `A new connection could not tell either: ${later.message}.`
      : 'The server still runs it, and did not stop when it was asked to.';
  const together = inDoubt.names.length > 1;
  const whole = together
    ? 'They were sent together: each was applied as a whole or not at all, none before the one in front of it.'
    : 'It was applied as a whole or not at all.';
  return new JemError(
    'commit-unknown',
    `The connection was lost before the server said whether ${together ? 'the migrations were' : 'the migration was'} committed`,
    {
      why: `${reason.details.why ?? reason.message} ${asked}`,
      hint: `${whole} When the server answers again: \`jem-db migrate status\`.`,
      inDoubt,
      ...originalOf(reason),
      cause: reason,
    },
  );
}

function originalOf({ details, message }: JemError): { original: string } {
  return { original: details.original ?? message };
}
