import type { Scratch, ScratchOptions } from '../../engine.ts';
import { openGiven } from './given.ts';
import { openSameServer } from './same-server.ts';
import { openThrowaway } from './throwaway.ts';

/**
 * Makes an empty database to try migrations in, where the user wants it. Throws
 * `scratch-unavailable` with the way out, `scratch-refused` where the one that was named is in
 * use, and the errors of a connection.
 */
export async function openPostgresScratch(options: ScratchOptions): Promise<Scratch> {
  const { place } = options;
  options.signal.throwIfAborted();
  if (place === null) return openThrowaway(options);
  if (place === 'same-server') return openSameServer(options);
  return openGiven(options, place);
}
