import type { Script, Step } from '../engine.ts';
import { attendTo, type Attendant } from './attendant.ts';
import type { Bench } from './bench.ts';
import { scriptFailure } from './failure.ts';
import { afterLoss } from './loss.ts';
import { sendMessage, type Answer } from './message.ts';
import { packetBytes, packets } from './packets.ts';
import { rollBack } from './rollback.ts';
import { partsOf, type ScriptMessage } from './script-message.ts';
import { cleaning, closing, leaveTaking, openTransaction, type Opening } from './transaction.ts';

export interface ScriptStep extends Step {
  readonly script: Script;
}

/** Bytes up to which a script goes to the server in one message, and of a group beyond that. */
const messageLimit = 256 * 1024;

/**
 * Runs a script and its change of the ledger in one transaction: in one message where it is
 * small, else group by group. Throws `StatementFailure` or a JemError, rolled back.
 */
export async function applyScript(
  bench: Bench,
  step: ScriptStep,
): Promise<'done' | 'done-by-another'> {
  const { session, signal } = bench;
  const { change, lockTimeout } = step;
  signal.throwIfAborted();
  const opening = await openTransaction(bench, { change, lockTimeout });
  if (!opening) return 'done-by-another';
  await using attendant = attendTo(bench, { pid: opening.pid, lockTimeout });
  for (const message of messages(bench, step, opening)) {
    if (signal.aborted) await rollBack(session.client);
    signal.throwIfAborted();
    const answer = await attendant.attend(sendMessage(session.client, partsOf(message)));
    if (answer.error !== null) await judge(bench, step, { message, answer, attendant, opening });
  }
  return 'done';
}

function* messages(
  bench: Bench,
  { script, change }: ScriptStep,
  { statements: before }: Opening,
): Generator<ScriptMessage> {
  const { statements: after, commitAt } = closing(bench, [change]);
  if (script.bytes.length <= messageLimit) {
    const [packet = none] = packets(script, Infinity);
    yield { ...packet, ...packetBytes(script, packet), before, after, commitAt };
    return;
  }
  let count = 0;
  yield { ...own, before };
  for (const packet of packets(script, messageLimit)) {
    count += packet.statements.length;
    yield { ...own, ...packet, ...packetBytes(script, packet) };
  }
  // The server reads a whole message in the encoding that it was told before.
  yield { ...own, first: count, after: [...leaveTaking, 'RESET client_encoding'] };
  yield { ...own, first: count, after, commitAt };
}

const none = { statements: [], first: 0 };
const own: ScriptMessage = {
  ...none,
  before: [],
  start: 0,
  bytes: new Uint8Array(),
  after: [],
  commitAt: null,
};

interface Stopped {
  readonly message: ScriptMessage;
  readonly answer: Answer;
  readonly attendant: Attendant;
  readonly opening: Opening;
}

/** Returns where the COMMIT was done before the trouble; else throws, with nothing left behind. */
async function judge(
  bench: Bench,
  { change }: ScriptStep,
  { message, answer, attendant, opening }: Stopped,
): Promise<void> {
  const { session, signal } = bench;
  const { before, statements, commitAt } = message;
  const committed =
    commitAt !== null && answer.completed > before.length + statements.length + commitAt;
  if (committed) {
    // Only the cleaning is missing; on a connection that is lost there is nothing to clean.
    await sendMessage(session.client, [Buffer.from(cleaning.join(';'))]);
    return;
  }
  if (answer.lost) {
    signal.throwIfAborted();
    const mayBeDone = commitAt !== null;
    return afterLoss(bench, { change, mayBeDone, pid: opening.pid, error: answer.error });
  }
  await rollBack(session.client);
  signal.throwIfAborted();
  throw scriptFailure(message, answer, {
    reason: session.failure(answer.error),
    holders: attendant.holders,
  });
}
