import { guardAgainstStrays } from './cli/guard.ts';
import { execute, newRun } from './cli/run.ts';
import { lastWords, type Run } from './cli/telling.ts';
import { exitCodes, Interrupted } from './errors.ts';

const signals = ['SIGINT', 'SIGTERM'] as const;

/**
 * Milliseconds within which the same signal again is the first one's echo: `timeout` and `npx` send
 * theirs to the process and to its group.
 */
const echo = 200;

/** Runs the command line of this process and sets its exit code. */
export function main(): void {
  const argv = process.argv.slice(2);
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
  const leave = guardEnd(controller);
  execute(run, argv, controller.signal).then(leave, (error: unknown) => {
    console.error(error);
    leave(exitCodes.bug.code);
  });
}

/** Does the work of a command in a thread that `main` has started. */
export function work(): void {
  // What fails here ends the thread, of which the main thread is told.
  void import('./cli/worker.ts').then(({ answerMain }) => answerMain());
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
function guardEnd(controller: AbortController): (code: number) => void {
  let ended = false;
  // Not a Console of its own: that would open stderr at every start.
  for (const method of ['log', 'info', 'debug', 'dir', 'table'] as const)
    console[method] = (...words: unknown[]) => console.error(...words);
  const endGuard = guardAgainstStrays(controller);
  process.on('exit', (code) => {
    if (!ended && code === exitCodes.done.code) process.exitCode = exitCodes.bug.code;
  });
  return (code) => {
    ended = true;
    endGuard();
    process.exitCode = code;
    setTimeout(() => process.exit(), graceMs).unref();
  };
}
