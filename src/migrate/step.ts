import { setTimeout as sleep } from 'node:timers/promises';
import {
  type LedgerChange,
  type Script,
  type ScriptFunction,
  StatementFailure,
  type Step,
} from '../engines/migrating.ts';
import { Interrupted, JemError, type SourceLocation } from '../errors.ts';
import { locate } from '../sql/position.ts';
import type { Loaded } from './load.ts';
import type { Source } from './migration.ts';
import { statementsDone } from './resume.ts';
import type { MigrateSetup, Workplace } from './setup.ts';

/** Troubles that pass when whoever holds the lock lets go of it. */
const passing: ReadonlySet<string> = new Set(['lock-timeout', 'deadlock', 'serialization-failure']);

const firstPause = 1000;
const longestPause = 8000;

/**
 * Runs one direction of one migration with its change of the ledger; waits for locks in several
 * short tries. Throws a JemError with the place in the file.
 */
export async function runStep(
  workplace: Workplace,
  name: string,
  loaded: Loaded,
  change: LedgerChange,
): Promise<'done' | 'done-by-another'> {
  const { ledger, setup } = workplace;
  const step = stepOf(setup, loaded, change);
  try {
    return await withRetries(setup, name, async () =>
      isScript(loaded.run) && loaded.unwrapped
        ? ledger.applyUnwrapped({
            ...step,
            script: loaded.run,
            done: await statementsDone(workplace, name, directionOf(change), loaded, loaded.run),
          })
        : ledger.apply(step),
    );
  } catch (error) {
    throw withPlace(error, loaded);
  }
}

/** What the engine is handed for one direction of a migration. */
export function stepOf(setup: MigrateSetup, loaded: Loaded, change: LedgerChange): Step {
  const lockTimeout = loaded.options.lockTimeout ?? setup.lockTimeout;
  const script = isScript(loaded.run) ? loaded.run : stoppable(loaded.run, setup.signal);
  return { change, lockTimeout, script };
}

/** A function that awaits what never comes still ends when the run is stopped. */
function stoppable(run: ScriptFunction, signal: AbortSignal): ScriptFunction {
  return async (database) => {
    const { promise, stop } = stopped(signal);
    try {
      await Promise.race([run(database), promise]);
    } finally {
      stop();
    }
  };
}

function stopped(signal: AbortSignal): { promise: Promise<never>; stop: () => void } {
  const done = new AbortController();
  const promise = new Promise<never>((_resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true, signal: done.signal });
  });
  return { promise, stop: () => done.abort() };
}

/** Whether trying again may help: somebody held a lock. */
export function mayPass(error: unknown): boolean {
  const reason = error instanceof StatementFailure ? error.reason : error;
  return reason instanceof JemError && passing.has(reason.code);
}

/** A step's error with file, line and column, as far as it has a place. */
export function withPlace(error: unknown, loaded: Loaded): unknown {
  if (error instanceof StatementFailure) return placed(error, loaded);
  return isScript(loaded.run) || error instanceof Interrupted
    ? error
    : thrown(error, loaded.source);
}

/** A module's own error is the migration's, not a bug of jem-db. */
function thrown(error: unknown, { file }: Source): JemError {
  if (error instanceof JemError) {
    const why = [error.details.why, `It happened in ${file}.`].filter(Boolean).join(' ');
    return error.with({ why });
  }
  const message = error instanceof Error ? error.message : String(error);
  return new JemError('migration-failed', `${file}: ${message}`, {
    why: 'The migration threw this itself; its transaction was rolled back.',
    cause: error,
  });
}

function directionOf({ kind }: LedgerChange): 'up' | 'down' {
  return kind === 'insert' ? 'up' : 'down';
}

function isScript(run: Script | ScriptFunction): run is Script {
  return typeof run !== 'function';
}

async function withRetries<T>(
  setup: MigrateSetup,
  name: string,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      const reason = error instanceof StatementFailure ? error.reason : error;
      if (!(reason instanceof JemError) || !mayPass(error) || tries > setup.lockRetries)
        throw error;
      const pause = Math.min(firstPause * 2 ** (tries - 1), longestPause);
      setup.onNote(
        `${name}: ${reason.message}; trying again in ${pause / 1000} s (${tries} of ${setup.lockRetries}). ${reason.details.why ?? ''}`,
      );
      // Its own words for an abort would hide what was done before.
      await sleep(pause, undefined, { signal: setup.signal }).catch(() => {});
      setup.signal.throwIfAborted();
    }
  }
}

/** The failure with file, line, column and the line's text. */
function placed(failure: StatementFailure, { source, run, statements }: Loaded): unknown {
  const { reason, statement, leftBehind } = failure;
  if (!isScript(run)) return thrown(reason, source);
  if (!(reason instanceof JemError)) return reason;
  const offset = failure.offset ?? startOf(run, statement);
  const hint = [reason.details.hint, leftBehind].filter(Boolean).join(' ');
  const where =
    statement < statements ? `statement ${statement + 1} of ${statements}` : 'the commit';
  return reason.with({
    ...(hint && { hint }),
    why: [reason.details.why?.replace(/([^.!?])$/, '$1.'), `It happened in ${where}.`]
      .filter(Boolean)
      .join(' '),
    location: offset === null ? wholeFile(source) : locate(run.bytes, offset, source.file),
  });
}

/** What a commit refuses is no single line's fault. */
function wholeFile({ file }: Source): SourceLocation {
  return { file, line: 1, column: 1 };
}

/** Byte offset of a statement, counted from 0; null where there are fewer. */
export function startOf({ statements }: Script, wanted: number): number | null {
  let index = 0;
  for (const { start } of statements) if (index++ === wanted) return start;
  return null;
}
