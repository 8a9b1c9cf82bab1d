import { JemError } from '../../errors.ts';
import type { MigrationDatabase, ScriptFunction, Step } from '../migrating.ts';
import type { Row, SqlValue } from '../values.ts';
import { attendTo, type Attendant } from './attendant.ts';
import type { Bench } from './bench.ts';
import { withHolders } from './blockers.ts';
import { afterLoss } from './loss.ts';
import { sendMessage } from './message.ts';
import { inTransaction, rollBack } from './rollback.ts';
import type { PostgresSession } from './session.ts';
import { cleaning, closing, openTransaction } from './transaction.ts';

export interface FunctionStep extends Step {
  readonly script: ScriptFunction;
}

/** Runs a migration's function and its change of the ledger in one transaction. */
export async function applyFunction(
  bench: Bench,
  step: FunctionStep,
): Promise<'done' | 'done-by-another'> {
  const { session, signal } = bench;
  const { change, lockTimeout } = step;
  signal.throwIfAborted();
  const opening = await openTransaction(bench, { change, lockTimeout });
  if (!opening) return 'done-by-another';
  await using attendant = attendTo(bench, { pid: opening.pid, lockTimeout });
  try {
    if (opening.statements.length > 0) await session.query(opening.statements.join(';'));
    await runFunction(bench, attendant, step.script);
  } catch (error) {
    await rollBack(session.client);
    signal.throwIfAborted();
    throw error;
  }
  await commit(bench, attendant, step, opening.pid);
  return 'done';
}

/** Hands the open transaction to a function, and waits for all that it asked. */
export async function runFunction(
  bench: Bench,
  attendant: Attendant,
  script: ScriptFunction,
): Promise<void> {
  const { client } = bench.session;
  const { database, close } = handOver(bench, attendant);
  try {
    await script(database);
  } finally {
    await close();
  }
  bench.signal.throwIfAborted();
  if (!inTransaction(client)) throw endedItself();
}

interface HandedOver {
  readonly database: MigrationDatabase;
  /** Waits for what still runs; throws an error that the function passed over. */
  readonly close: () => Promise<void>;
}

/** The database as a migration's function sees it: one statement at a time, until it returns. */
function handOver({ session, signal }: Bench, attendant: Attendant): HandedOver {
  let queue: Promise<unknown> = Promise.resolve();
  let open = true;
  let failure: JemError | null = null;
  const inTurn = async (sql: string, parameters?: readonly SqlValue[]): Promise<readonly Row[]> => {
    signal.throwIfAborted();
    if (!open) throw tooLate();
    try {
      return await attendant.attend(session.query(sql, parameters));
    } catch (error) {
      const known = withHolders(session.failure(error), attendant.holders);
      failure ??= known;
      throw known;
    }
  };
  const run = <T>(use: () => Promise<T>): Promise<T> => {
    const turn = queue.then(use);
    // A query that nobody awaits must not end the process.
    queue = turn.catch(told);
    return turn;
  };
  return {
    database: {
      engine: session.engine.name,
      signal,
      query: (sql, parameters) => run(() => inTurn(sql, parameters)),
      execute: (sql) => run(() => inTurn(sql).then(told)),
    },
    close: async () => {
      await queue;
      open = false;
      if (failure !== null && (await isFailed(session))) throw failure;
    },
  };
}

/** Whoever asked has the answer; this is only the queue. */
function told(): void {}

/** Whether the transaction is of no more use; a function may have gone back to a savepoint. */
async function isFailed({ client }: PostgresSession): Promise<boolean> {
  await sendMessage(client, []);
  return client.getTransactionStatus() === 'E';
}

function endedItself(): JemError {
  return new JemError('migration-transaction-control', 'The migration ended its own transaction', {
    why: 'It ran COMMIT or ROLLBACK; what it did until then is not recorded in the ledger.',
    hint: 'Take them out: jem-db opens and commits the transaction.',
  });
}

function tooLate(): JemError {
  return new JemError('internal', 'The migration ran a query after its function had returned', {
    hint: 'Await every query in it.',
  });
}

async function commit(
  bench: Bench,
  attendant: Attendant,
  { change }: FunctionStep,
  pid: number,
): Promise<void> {
  const { session, signal } = bench;
  const { statements, commitAt } = closing(bench, [change]);
  const text = Buffer.from(statements.join(';'));
  const answer = await attendant.attend(sendMessage(session.client, [text]));
  if (answer.error === null) return;
  if (answer.completed > commitAt) {
    await sendMessage(session.client, [Buffer.from(cleaning.join(';'))]);
    return;
  }
  if (answer.lost) return afterLoss(bench, { change, pid, mayBeDone: true, error: answer.error });
  await rollBack(session.client);
  signal.throwIfAborted();
  throw session.failure(answer.error);
}
