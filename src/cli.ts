import { start } from './cli/start.ts';
import { commands } from './commands/all.ts';
import { parse } from './commands/program.ts';
import { version } from './version.ts';

/** Runs the command line of this process and sets its exit code. */
export function main(): void {
  const argv = process.argv.slice(2);
  start(argv, {
    parse: () => parse(commands, version, argv),
    apart: () => import('./cli/apart.ts'),
  });
}

/** Does the work of a command in a thread that `main` has started. */
export function work(): void {
  // What fails here ends the thread, of which the main thread is told.
  void import('./cli/worker.ts').then(({ answerMain }) => answerMain());
}
