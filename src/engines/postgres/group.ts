import { randomUUID } from 'node:crypto';
import type { GroupOutcome, GroupResult, Script, Step } from '../engine.ts';
import { attendTo, type Attendant } from './attendant.ts';
import type { Bench } from './bench.ts';
import { sendMessages, type Answer } from './message.ts';
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

async function outcomeOf(
  bench: Bench,
  attendant: Attendant,
  { group, messages, answers, started }: Sent,
): Promise<GroupOutcome> {
  const results: GroupResult[] = [];
  let last = started;
  for (const [index, step] of group.entries()) {
    const message = messages[index];
    const answer = answers[index];
    if (!message || !answer) break;
    if (answer.error !== null) {
      try {
        await judge(bench, step, { message, answer, attendant, pid: bench.session.backendPid });
      } catch (failure) {
        // The mark of the last that was done.
        await clean(bench.session);
        if (results.length === 0) throw failure;
        await flush(bench.session, answer);
        return { results, failure };
      }
    }
    results.push({ outcome: 'done', durationMs: answer.at - last });
    last = answer.at;
    // Only its cleaning failed, so that those behind it did not run.
    if (answer.error !== null && !answer.lost) {
      await flush(bench.session, answer);
      break;
    }
  }
  return { results, failure: null };
}

/** Nothing is told as done before the disk has it: not by this commit, by the last of the group. */
const flushLater = 'SET LOCAL synchronous_commit = off';

/**
 * Where the last of a group did not commit, another transaction flushes what came before it.
 * Source: PostgreSQL manual, "Asynchronous Commit".
 */
async function flush({ client }: PostgresSession, { lost }: Answer): Promise<void> {
  if (lost) return;
  const message = "pg_catalog.pg_logical_emit_message(true, 'jem-db', 'flush')";
  await client.query(`BEGIN; SELECT ${message}; COMMIT`);
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
