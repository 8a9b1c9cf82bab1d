import type { Step } from '../migrating.ts';
import type { Observation, Rehearsal, Schema } from '../schema.ts';
import { attendTo } from './attendant.ts';
import type { Bench } from './bench.ts';
import { sendMessage } from './message.ts';
import { beginGuarded } from './pooler.ts';
import { closeStep, openStep, savepoint } from './rehearse-step.ts';
import { runStep, type Rehearsing } from './rehearse-run.ts';
import { startWatch } from './rehearse-watch.ts';
import { rollBack } from './rollback.ts';
import { clean } from './script.ts';

/**
 * Runs steps for real, one statement after the other, in one transaction that is rolled back in
 * any case. It keeps other runners away, as an application of the steps would. What a step throws
 * comes back as `failure`, with what was observed of it until then as the last of `steps`. Throws
 * the signal's reason, and where nothing can be said: `runner-busy`, `connection-lost`.
 *
 * Unlike separate transactions, one holds its locks to its end: a lock is seen where it was taken
 * first. A value that one step adds to an enum cannot be used by the next.
 */
export async function rehearse(
  bench: Bench,
  steps: readonly Step[],
  look: () => Promise<Schema>,
): Promise<Rehearsal> {
  const { session, signal } = bench;
  signal.throwIfAborted();
  const lockTimeout = shortest(steps);
  const { pid } = await beginGuarded(bench, lockTimeout, null);
  await using attendant = attendTo(bench, { pid, lockTimeout });
  try {
    return await watched({ bench, attendant, pid, look: () => attendant.attend(look()) }, steps);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    await rollBack(session.client);
    await clean(session);
  }
}

/** 0, for ever, is longer than any other. */
function shortest(steps: readonly Step[]): number {
  const limited = steps.map(({ lockTimeout }) => lockTimeout).filter((time) => time > 0);
  return limited.length > 0 ? Math.min(...limited) : 0;
}

interface Scene extends Omit<Rehearsing, 'watch'> {
  readonly look: () => Promise<Schema>;
}

async function watched({ look, ...scene }: Scene, steps: readonly Step[]): Promise<Rehearsal> {
  const before = await look();
  const rehearsing = { ...scene, watch: await startWatch(scene.bench.session) };
  const observed: Observation[][] = [];
  let failure: unknown = null;
  for (const step of steps) {
    const seen: Observation[] = [];
    observed.push(seen);
    failure = await failureOf(rehearsing, step, seen);
    if (failure !== null) break;
  }
  return { before, after: await look(), steps: observed, failure };
}

/** What a step threw, undone; null: it went well. Throws where it cannot be undone alone. */
async function failureOf(
  rehearsing: Rehearsing,
  step: Step,
  seen: Observation[],
): Promise<unknown> {
  const { signal, session } = rehearsing.bench;
  try {
    if (await openStep(rehearsing, step)) return null;
    const statements = await runStep(rehearsing, step, seen);
    await closeStep(rehearsing, step, statements);
    return null;
  } catch (error) {
    signal.throwIfAborted();
    const back = Buffer.from(`ROLLBACK TO ${savepoint}`);
    const undone = await sendMessage(session.client, [back]);
    if (undone.error !== null) throw error;
    return error;
  }
}
