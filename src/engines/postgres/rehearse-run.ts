import { JemError } from '../../errors.ts';
import type { Statement } from '../../sql/statements.ts';
import { type Script, type ScriptFunction, StatementFailure, type Step } from '../migrating.ts';
import type { Observation } from '../schema.ts';
import type { Attendant } from './attendant.ts';
import type { Bench } from './bench.ts';
import { scriptFailure } from './failure.ts';
import { runFunction } from './function-script.ts';
import { afterLoss } from './loss.ts';
import { keepTransaction, refuseControl } from './rehearse-control.ts';
import { sendStatement } from './message.ts';
import type { Watch } from './rehearse-watch.ts';
import { serverMessage } from './server-message.ts';

/** What a rehearsal works with while its transaction is open. */
export interface Rehearsing {
  readonly bench: Bench;
  readonly attendant: Attendant;
  readonly watch: Watch;
  /** The backend that runs it. */
  readonly pid: number;
}

/**
 * Runs a step's script and adds to `seen` what each statement did; a function counts as one.
 * Returns how many statements there were. Throws what `apply` would.
 */
export async function runStep(
  rehearsing: Rehearsing,
  { script, change }: Step,
  seen: Observation[],
): Promise<number> {
  // What comes between two steps is none of theirs.
  await rehearsing.watch.look();
  if (typeof script === 'function') {
    seen.push(await observed(rehearsing, 0, () => runAlone(rehearsing, script)));
    return 1;
  }
  for (const statement of script.statements) {
    rehearsing.bench.signal.throwIfAborted();
    const part = { script, statement, index: seen.length };
    seen.push(await observed(rehearsing, part.index, () => runStatement(rehearsing, part, change)));
  }
  return seen.length;
}

async function observed(
  { watch }: Rehearsing,
  statement: number,
  run: () => Promise<void>,
): Promise<Observation> {
  const started = performance.now();
  await run();
  const durationMs = performance.now() - started;
  return { statement, durationMs, ...(await watch.look()) };
}

function runAlone({ bench, attendant }: Rehearsing, script: ScriptFunction): Promise<void> {
  return runFunction(bench, attendant, keepTransaction(script));
}

interface Part {
  readonly script: Script;
  readonly statement: Statement;
  readonly index: number;
}

async function runStatement(
  { bench, attendant, pid }: Rehearsing,
  { script, statement, index }: Part,
  change: Step['change'],
): Promise<void> {
  const { start, end, head } = statement;
  const fail = (reason: unknown) =>
    new StatementFailure({ statement: index, offset: start, reason });
  refuseControl(head, fail);
  // Its isolation, say, can only be set in front of all that was asked here already.
  if (/^SET TRANSACTION\b/.test(head)) return;
  const bytes = script.bytes.subarray(start, end);
  const { client, failure } = bench.session;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  const answer = await attendant.attend(sendStatement(client, text));
  if (answer.error === null) return;
  bench.signal.throwIfAborted();
  if (answer.lost) return afterLoss(bench, { change, mayBeDone: false, pid, error: answer.error });
  const message = { before: [], statements: [statement], first: index, start, bytes };
  throw scriptFailure({ ...message, after: [], commitAt: null }, answer, {
    reason: noParameter(answer.error) ?? failure(answer.error),
    holders: attendant.holders,
  });
}

const protocolViolation = '08P01';

/** What the protocol of single statements calls a value that we forgot is the script's mistake. */
function noParameter(error: unknown): JemError | null {
  if (serverMessage(error)?.code !== protocolViolation) return null;
  return new JemError('object-missing', 'There is no parameter $1', {
    why: 'Nobody gives it a value.',
    hint: 'Write the value itself.',
  });
}
