import { guardAgainstStrays } from './guard.ts';
import { execute, newRun, type Program } from './run.ts';
import { lastWords, type Run } from './telling.ts';
import { exitCodeOfFailure, exitCodes, Interrupted } from '../errors.ts';

const signals = ['SIGINT', 'SIGTERM'] as const;

/**
 * Milliseconds within which the same signal again is the first one's echo: `timeout` and `npx` send
 * theirs to the process and to its group.
 */
const echo = 200;

/** Runs the command line that `program` reads, and sets the exit code of this process. */
export function start(argv: readonly string[], program: Program): void {
  const run = newRun(argv);
  const controller = new AbortController();
  let first: { readonly signal: string; readonly at: number } | null = null;
  for (const signal of signals)
    process.on(signal, () => {
      const at = performance.now();
      if (first?.signal === signal && at - first.at < echo) return;
      if (controller.signal.aborted) leaveAtOnce(run, signal);
      else controller.abort(new Interrupted(signal));
      first ??= { signal, at };
    });
  const leave = guardEnd(controller, run);
  execute(run, program, controller.signal).then(leave, (error: unknown) => {
    console.error(error);
    leave(exitCodeOfFailure(exitCodes.bug.code, run.exitReader));
  });
}

/** A second signal: nothing more is waited for. */
function leaveAtOnce(run: Run, signal: (typeof signals)[number]): void {
  // A third one ends even this.
  for (const each of signals) process.removeAllListeners(each);
  const reason = new Interrupted(signal, {
    why: 'A second signal came while the run was stopping; nothing more was waited for.',
    hint: 'What was not committed is rolled back; in a database file when it is opened next. `jem-db migrate status` tells what is applied.',
  });
  lastWords(run, reason);
  if (!run.apart) process.exit(reason.exitCode);
  process.kill(process.pid, signal);
  // The first process of a container outlives its own signals.
  if (process.pid === 1) process.abort();
}

/** How long what a migration has left open (a timer, a pool) may hold the process up. */
const graceMs = 500;

/**
 * The code of JavaScript migrations runs in this process: it must not write into the result, nor
 * end the run as if all were well. Returns what ends it with an exit code.
 */
function guardEnd(controller: AbortController, { exitReader }: Run): (code: number) => void {
  let ended = false;
  // Not a Console of its own: that would open stderr at every start.
  for (const method of ['log', 'info', 'debug', 'dir', 'table'] as const)
    console[method] = (...words: unknown[]) => console.error(...words);
  const endGuard = guardAgainstStrays(controller);
  process.on('exit', (code) => {
    if (!ended && code === exitCodes.done.code)
      process.exitCode = exitCodeOfFailure(exitCodes.bug.code, exitReader);
  });
  return (code) => {
    ended = true;
    endGuard();
    process.exitCode = code;
    setTimeout(() => process.exit(), graceMs).unref();
  };
}
