import { JemError } from '../errors.ts';

/**
 * The code of JavaScript migrations runs in this thread: what it leaves unattended stops the run,
 * which then ends as one that failed. Holds until the function that is returned is called.
 */
export function guardAgainstStrays(controller: AbortController): () => void {
  let ended = false;
  const stop = (message: string, cause?: unknown): void =>
    controller.abort(
      new JemError('internal', message, {
        why: 'A JavaScript migration has not awaited something; if there is none, this is a bug in jem-db.',
        hint: 'Await every promise in it; else please report it, with the lines above, to the project’s issue tracker.',
        cause,
      }),
    );
  process.on('uncaughtException', (error: unknown) => {
    if (ended) return;
    const message = error instanceof Error ? error.message : String(error);
    stop(`An error that nobody waited for: ${message}`, error);
  });
  process.on('beforeExit', () => {
    if (!ended) stop('The run waits for something that will never happen');
  });
  return () => {
    ended = true;
  };
}
