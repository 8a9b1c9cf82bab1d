import { StatementFailure, type Step } from '../migrating.ts';
import type { Observation } from '../schema.ts';
import type { Workshop } from './apply.ts';
import { keepPragmas } from './pragmas.ts';
import { nameOf } from './progress.ts';
import { keepTransaction } from './rehearse-control.ts';
import { watchKeys } from './rehearse-foreign-keys.ts';
import { watchTables } from './rehearse-tables.ts';
import { runScript } from './script.ts';
import { runFunction } from './script-function.ts';

/**
 * Runs a step inside the transaction that is open, with its change of the ledger where there is
 * one, and adds to `seen` what each statement did; a function counts as one. Throws what `apply`
 * would.
 */
export async function rehearseStep(
  workshop: Workshop,
  step: Step,
  seen: Observation[],
): Promise<void> {
  const { connection, ledger } = workshop;
  const { change, script } = step;
  const recorded = ledger.exists();
  const isThere = recorded && ledger.find(nameOf(change)) !== null;
  if (recorded && isThere === (change.kind === 'insert')) return;
  const restore = keepPragmas(connection.db);
  try {
    const checkKeys = watchKeys(connection.db, script);
    const statements = await run(workshop, step, seen);
    try {
      checkKeys();
    } catch (reason) {
      throw new StatementFailure({ statement: statements, offset: null, reason });
    }
    if (!recorded) return;
    if (change.kind === 'insert') ledger.insert(change.row, 0);
    else ledger.remove(change.name);
  } finally {
    restore();
  }
}

/** Returns how many statements there were. */
async function run(
  { connection, signal, pace }: Workshop,
  { script }: Step,
  seen: Observation[],
): Promise<number> {
  const observe = observer(connection.db, seen);
  if (typeof script === 'function') {
    await runFunction(connection, keepTransaction(script), signal);
    observe();
    return 1;
  }
  // The script pauses behind each statement.
  return runScript(connection, script, {
    breathe: () => {
      observe();
      signal.throwIfAborted();
      return pace.breathe();
    },
  });
}

/** Notes what was done since it was last called. */
function observer(db: Workshop['connection']['db'], seen: Observation[]): () => void {
  const rewritten = watchTables(db);
  let started = performance.now();
  return () => {
    const durationMs = performance.now() - started;
    const sighting = { locks: [], rewritten: rewritten(), scanned: [] };
    seen.push({ statement: seen.length, durationMs, ...sighting });
    started = performance.now();
  };
}
