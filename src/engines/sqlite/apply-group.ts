import { JemError } from '../../errors.ts';
import { type GroupOutcome, type GroupResult, StatementFailure, type Step } from '../migrating.ts';
import { applyStep, runStep, type Workshop } from './apply.ts';
import type { Connection } from './driver.ts';
import { sqliteError } from './errors.ts';
import { needsForeignKeysOff } from './foreign-keys.ts';
import { mentions } from './mentions.ts';
import { patiently } from './patience.ts';
import { nameOf } from './progress.ts';
import { withSettings } from './settings.ts';
import { begin, commit, rollback } from './transaction.ts';

/** A group is committed when it has run this long: others wait for the lock meanwhile. */
const longestGroup = 100;
const largestScript = 64 * 1024;
/** How long what is done may wait for its commit when the run was stopped: milliseconds. */
const lastPatience = 1000;

type OnStep = (index: number) => void;

/**
 * Applies the first steps of a list in one transaction, because committing costs several times
 * what a small migration does. Each is rolled back alone where it fails, and what came before it
 * is committed. Throws where nothing at all was done.
 */
export async function applyGroup(
  workshop: Workshop,
  steps: readonly Step[],
  onStep: OnStep = () => {},
): Promise<GroupOutcome> {
  const [first] = steps;
  if (!first) return { results: [], failure: null };
  // It looks into the schema, which nobody can while another runner commits.
  const patience = { timeout: first.lockTimeout, signal: workshop.signal };
  const group = await patiently(() => groupOf(workshop, steps), patience);
  if (group.length === 1) {
    onStep(0);
    return { results: [await single(workshop, first)], failure: null };
  }
  return withSettings(workshop.connection.db, first.script, () =>
    together(workshop, group, onStep),
  );
}

async function single(workshop: Workshop, step: Step): Promise<GroupResult> {
  const started = performance.now();
  const outcome = await applyStep(workshop, step);
  return { outcome, durationMs: performance.now() - started };
}

async function together(
  workshop: Workshop,
  group: readonly Step[],
  onStep: OnStep,
): Promise<GroupOutcome> {
  const { connection, signal } = workshop;
  const patience = { timeout: group[0]?.lockTimeout ?? 0, signal };
  await begin(connection, patience);
  try {
    const outcome = await runEach(workshop, group, onStep);
    // A script has rolled everything back: what went well before it is done again without it.
    if (!connection.db.inTransaction)
      return await together(workshop, group.slice(0, outcome.results.length), onStep);
    return await committed(workshop, group, outcome);
  } finally {
    rollback(connection);
  }
}

/** All of a group is committed, or none: whose fault that is only one by one can tell. */
async function committed(
  workshop: Workshop,
  group: readonly Step[],
  outcome: GroupOutcome,
): Promise<GroupOutcome> {
  const { connection, signal } = workshop;
  const timeout = group[0]?.lockTimeout ?? 0;
  // A signal has stopped the step behind these: they are whole, and stay.
  const patience =
    outcome.failure === signal.reason && signal.aborted
      ? { timeout: Math.min(timeout, lastPatience), signal: new AbortController().signal }
      : { timeout, signal };
  try {
    await commit(connection, patience);
    return outcome;
  } catch (error) {
    rollback(connection);
    const names = group.slice(0, outcome.results.length).map(({ change }) => nameOf(change));
    if (signal.aborted && signal.reason instanceof JemError)
      throw signal.reason.with({ why: rolledBackTogether(names) });
    const [first] = group;
    if (!first || (error instanceof JemError && error.retryable)) throw error;
    return { results: [await single(workshop, first)], failure: null };
  }
}

function rolledBackTogether(names: readonly string[]): string {
  const which = names.length > 1 ? `${names[0]} to ${names.at(-1)} were` : `${names[0]} was`;
  return `${which} done and not committed yet: somebody else held a lock. That was rolled back.`;
}

async function runEach(
  workshop: Workshop,
  group: readonly Step[],
  onStep: OnStep,
): Promise<GroupOutcome> {
  const { db } = workshop.connection;
  const results: GroupResult[] = [];
  const started = performance.now();
  workshop.ledger.create();
  const there = workshop.ledger.known(group.map(({ change }) => nameOf(change)));
  for (const [index, step] of group.entries()) {
    if (results.length > 0 && performance.now() - started > longestGroup) break;
    onStep(index);
    db.exec('SAVEPOINT jem_db_step');
    try {
      const { outcome, durationMs } = await runStep(workshop, step, there.has(nameOf(step.change)));
      results.push({ outcome, durationMs });
      db.exec('RELEASE jem_db_step');
    } catch (failure) {
      if (results.length === 0) throw failure;
      if (db.inTransaction) db.exec('ROLLBACK TO jem_db_step; RELEASE jem_db_step');
      return { results, failure: told(workshop, failure) };
    }
  }
  return { results, failure: null };
}

function told({ connection, signal }: Workshop, failure: unknown): unknown {
  const known = failure === signal.reason || failure instanceof StatementFailure;
  return known ? failure : sqliteError(failure, connection);
}

/** The steps from the first on that may share a transaction; at least the first. */
function groupOf({ connection }: Workshop, steps: readonly Step[]): readonly Step[] {
  const [first] = steps;
  if (!first || steps.length === 1 || !canShare(first) || hasDeferredKeys(connection))
    return steps.slice(0, 1);
  const off = needsForeignKeysOff(first.script);
  const end = steps.findIndex(
    (step) => !canShare(step) || needsForeignKeysOff(step.script) !== off,
  );
  return end < 0 ? steps : steps.slice(0, end);
}

/** Whether nothing of the script reaches behind its own end: settings, checks put off. */
function canShare({ script }: Step): boolean {
  return (
    typeof script !== 'function' &&
    script.bytes.length <= largestScript &&
    !mentions(script.bytes, /pragma|attach|detach|deferr/i)
  );
}

/** These are checked at the commit, which cannot tell whose they are. */
function hasDeferredKeys({ db }: Connection): boolean {
  const sql = `SELECT 1 FROM main.sqlite_schema WHERE sql LIKE '%deferr%' LIMIT 1`;
  return db.prepare(sql).get() !== undefined;
}
