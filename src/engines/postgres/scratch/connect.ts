import type { Conninfo } from '../conninfo.ts';
import { type ConnectTarget, openPostgres } from '../connection.ts';
import type { PostgresSession } from '../session.ts';

/** Connects to a scratch database, or for the work around one. */
export function connectTo(
  { display, conninfo, environment }: ConnectTarget,
  changes: Partial<Conninfo>,
  signal: AbortSignal,
): Promise<PostgresSession> {
  return openPostgres(
    { display, environment, conninfo: { ...conninfo, ...changes } },
    {
      signal,
      applicationName: 'jem-db',
      connectTimeout: 10_000,
      mode: 'existing',
      warn: () => {},
    },
  );
}
