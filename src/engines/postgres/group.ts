import { randomUUID } from 'node:crypto';
import type { GroupOutcome, GroupResult, Script, Step } from '../migrating.ts';
import { attendTo, type Attendant } from './attendant.ts';
import type { Bench } from './bench.ts';
import { committedBeforeLoss, stoppedBy } from './loss.ts';
import { sendMessage, sendMessages, type Answer } from './message.ts';
import { clean, judge, wholeMessage, type ScriptStep } from './script.ts';
import { partsOf, type ScriptMessage } from './script-message.ts';
import { applyStep } from './step.ts';
import type { PostgresSession } from './session.ts';
import { begin, beginBehind, markDone } from './transaction.ts';

/** Of a group. Each step behind one that fails leaves an entry in the server's log. */
const most = { steps: 50, bytes: 128 * 1024 };

/**
 * Applies the first steps of a list, each in a message and a transaction of its own as `apply`
 * does, but sends them all before the first is answered: so nobody waits for the network, nor the
 * server for us. What a step leaves undone keeps those behind it from running.
 * Throws where nothing at all was done.
 */
export async function applyGroup(bench: Bench, steps: readonly Step[]): Promise<GroupOutcome> {
  const [first] = steps;
  if (!first) return { results: [], failure: null };
  const group = groupOf(bench, steps);
  if (group.length > 1) return together(bench, group, first.lockTimeout);
  const started = performance.now();
  const outcome = await applyStep(bench, first);
  return { results: [{ outcome, durationMs: performance.now() - started }], failure: null };
}

async function together(
  bench: Bench,
  group: readonly ScriptStep[],
  lockTimeout: number,
): Promise<GroupOutcome> {
  const { session, signal } = bench;
  signal.throwIfAborted();
  await using attendant = attendTo(bench, { pid: session.backendPid, lockTimeout });
  const messages = messagesOf(bench, group);
  const started = performance.now();
  const answers = await attendant.attend(sendMessages(session.client, messages.map(partsOf)));
  return await outcomeOf(bench, attendant, { group, messages, answers, started });
}

/** Each opens its transaction only behind one that was done. */
function messagesOf(bench: Bench, group: readonly ScriptStep[]): readonly ScriptMessage[] {
  // A name for this try alone: the session may still hold the mark of an earlier one.
  const id = randomUUID();
  return group.map((step, index) => {
    const { lockTimeout } = step;
    const before = index === 0 ? begin(lockTimeout) : beginBehind(`${id}/${index}`, lockTimeout);
    if (index === group.length - 1) return wholeMessage(bench, step, before);
    const message = wholeMessage(bench, step, [...before, flushLater]);
    return { ...message, after: [...message.after, markDone(`${id}/${index + 1}`)] };
  });
}

interface Sent {
  readonly group: readonly ScriptStep[];
  readonly messages: readonly ScriptMessage[];
  readonly answers: readonly Answer[];
  readonly started: number;
}

async function outcomeOf(bench: Bench, attendant: Attendant, sent: Sent): Promise<GroupOutcome> {
  const { group, messages, answers } = sent;
  const { session } = bench;
  for (const [index, step] of group.entries()) {
    const message = messages[index];
    const answer = answers[index];
    if (!message || !answer) return { results: resultsOf(sent, index), failure: null };
    const { error, lost } = answer;
    if (error === null) continue;
    if (lost) return leftBy(bench, sent, { index, sent: group.length, error });
    let failure: unknown = null;
    // Returns where only the cleaning failed, so that those behind it did not run.
    let done = index + 1;
    try {
      await judge(bench, step, { message, answer, attendant, pid: session.backendPid });
    } catch (reason) {
      failure = reason;
      done = index;
      // The mark of the last that was done.
      await clean(session);
    }
    if (done === 0) throw failure;
    const unflushed = await flush(session);
    if (unflushed === null) return { results: resultsOf(sent, done), failure };
    const left = await leftBy(bench, sent, { index: done - 1, sent: done, error: unflushed });
    return left.results.length < done ? left : { ...left, failure };
  }
  return { results: resultsOf(sent, group.length), failure: null };
}

interface Loss {
  /** Of the step in which the connection went. */
  readonly index: number;
  /** Steps that may be done; those behind are not. */
  readonly sent: number;
  readonly error: unknown;
}

/**
 * The connection is gone. The ledger alone tells what is left: the server goes on without us, and a
 * crash takes back what it answered before it had flushed it.
 */
async function leftBy(bench: Bench, sent: Sent, loss: Loss): Promise<GroupOutcome> {
  const { error } = loss;
  const changes = sent.group.slice(0, loss.sent).map(({ change }) => change);
  const { backendPid: pid } = bench.session;
  const done = await committedBeforeLoss(bench, { changes, at: loss.index, pid, error });
  const failure = done === sent.group.length ? null : stoppedBy(bench, error);
  if (done === 0) throw failure;
  return { results: resultsOf(sent, done), failure };
}

/** Of the first steps, all done. */
function resultsOf({ answers, started }: Sent, done: number): GroupResult[] {
  return answers.slice(0, done).map(({ at }, index) => ({
    outcome: 'done',
    durationMs: at - (answers[index - 1]?.at ?? started),
  }));
}

/** Nothing is told as done before the disk has it: not by this commit, by the last of the group. */
const flushLater = 'SET LOCAL synchronous_commit = off';

/**
 * Where the last of a group did not commit, another transaction flushes what came before it; gives
 * the error where it cannot.
 * Source: PostgreSQL manual, "Asynchronous Commit".
 */
async function flush({ client }: PostgresSession): Promise<unknown> {
  const message = "pg_catalog.pg_logical_emit_message(true, 'jem-db', 'flush')";
  const text = `BEGIN; SELECT ${message}; COMMIT`;
  return (await sendMessage(client, [Buffer.from(text)])).error;
}

/** The steps from the first on that may be sent at one go; one or none: the first goes by itself. */
function groupOf({ facts }: Bench, steps: readonly Step[]): readonly ScriptStep[] {
  const group: ScriptStep[] = [];
  // Behind a pooler each transaction must ask first whether it is the only one.
  if (facts.pooled) return group;
  let bytes = 0;
  for (const { script, ...step } of steps.slice(0, most.steps)) {
    if (typeof script === 'function' || step.lockTimeout !== steps[0]?.lockTimeout) break;
    bytes += script.bytes.length;
    if (bytes > most.bytes || readsFromUs(script)) break;
    group.push({ ...step, script });
  }
  return group;
}

/** COPY FROM STDIN would take the next message for its data, and break the connection. */
function readsFromUs({ bytes }: Script): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return /\bstdin\b/i.test(text);
}
