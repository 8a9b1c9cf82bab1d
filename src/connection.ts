import type { OpenOptions, Session, Target } from './engines/engine.ts';

/** What every connection is called where the server lists its sessions. */
const applicationName = 'jem-db';

/**
 * Opens a connection to a target: the one door to every database. The caller disposes of it.
 * Throws a JemError of the catalogue's connection codes, never with a password in it.
 */
export async function connect(
  target: Target,
  options: Omit<OpenOptions, 'applicationName'>,
): Promise<Session> {
  options.signal.throwIfAborted();
  return target.open({ ...options, applicationName });
}
