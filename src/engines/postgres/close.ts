import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';

/** Milliseconds for a polite goodbye; a server that hangs must not hang us. */
const patience = 1000;

/** Ends a connection in any state. Never throws, never waits long. */
export async function closeClient(client: Client): Promise<void> {
  const stop = new AbortController();
  const late = sleep(patience, undefined, { signal: stop.signal }).then(ignore, ignore);
  await Promise.race([client.end().then(ignore, ignore), late]);
  stop.abort();
  client.connection.stream.destroy();
}

/** Nobody can do anything about a connection that does not end well. */
function ignore(): void {}
