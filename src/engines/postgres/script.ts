import type { Script, Step } from '../migrating.ts';
import { attendTo, type Attendant } from './attendant.ts';
import type { Bench } from './bench.ts';
import { scriptFailure } from './failure.ts';
import { afterLoss } from './loss.ts';
import { sendMessage, type Answer } from './message.ts';
import { packetBytes, packets } from './packets.ts';
import { rollBack } from './rollback.ts';
import { partsOf, type ScriptMessage } from './script-message.ts';
import type { PostgresSession } from './session.ts';
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
  const { pid } = opening;
  await using attendant = attendTo(bench, { pid, lockTimeout });
  for (const message of messages(bench, step, opening)) {
    if (signal.aborted) await rollBack(session.client);
    signal.throwIfAborted();
    const answer = await attendant.attend(sendMessage(session.client, partsOf(message)));
    if (answer.error !== null) await judge(bench, step, { message, answer, attendant, pid });
  }
  return 'done';
}

/** A step as one message, with what opens its transaction. */
export function wholeMessage(
  bench: Bench,
  { script, change }: ScriptStep,
  before: readonly string[],
): ScriptMessage {
  const { statements: after, commitAt } = closing(bench, [change]);
  const [packet = none] = packets(script, Infinity);
  return { ...packet, ...packetBytes(script, packet), before, after, commitAt };
}

function* messages(
  bench: Bench,
  step: ScriptStep,
  { statements: before }: Opening,
): Generator<ScriptMessage> {
  const { script, change } = step;
  if (script.bytes.length <= messageLimit) {
    yield wholeMessage(bench, step, before);
    return;
  }
  const { statements: after, commitAt } = closing(bench, [change]);
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
  /** The backend that ran it. */
  readonly pid: number;
}

/** Behind a message that did not come to its end. Never throws. */
export async function clean({ client }: PostgresSession): Promise<void> {
  await sendMessage(client, [Buffer.from(cleaning.join(';'))]);
}

/**
 * What to make of a message that went wrong. Returns where the COMMIT was done before; else throws,
 * with nothing left behind.
 */
export async function judge(
  bench: Bench,
  { change }: ScriptStep,
  { message, answer, attendant, pid }: Stopped,
): Promise<void> {
  const { session, signal } = bench;
  const { before, statements, commitAt } = message;
  const committed =
    commitAt !== null && answer.completed > before.length + statements.length + commitAt;
  if (!answer.lost) await rollBack(session.client);
  // Only the cleaning is missing.
  if (committed) return clean(session);
  if (answer.lost) {
    const mayBeDone = commitAt !== null;
    return afterLoss(bench, { change, mayBeDone, pid, error: answer.error });
  }
  signal.throwIfAborted();
  throw scriptFailure(message, answer, {
    reason: session.failure(answer.error),
    holders: attendant.holders,
  });
}
