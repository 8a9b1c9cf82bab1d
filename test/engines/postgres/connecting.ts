import { AsyncLocalStorage } from 'node:async_hooks';
import { homedir } from 'node:os';
import type { OpenOptions, Warning } from '../../../src/engines/engine.ts';
import { openPostgres } from '../../../src/engines/postgres/connection.ts';
import { parsePostgresTarget } from '../../../src/engines/postgres/target.ts';
import type { PostgresSession } from '../../../src/engines/postgres/session.ts';

export interface Connecting {
  readonly home?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly options?: Partial<OpenOptions>;
}

/** Told of a URL that could not be connected to, while its server is as it was then. */
export const seenToFail = new AsyncLocalStorage<
  (url: string, connecting: Connecting) => Promise<void>
>();

/** Connects as the program would, with nothing of this process's environment. */
export async function opened(url: string, connecting: Connecting = {}): Promise<PostgresSession> {
  try {
    return await connected(url, connecting);
  } catch (error) {
    await seenToFail.getStore()?.(url, connecting);
    throw error;
  }
}

async function connected(url: string, connecting: Connecting): Promise<PostgresSession> {
  const { home = homedir(), env = {} } = connecting;
  const target = await parsePostgresTarget(url, { env, home, cwd: home, user: 'postgres' });
  const ignore = (_warning: Warning) => {};
  return openPostgres(
    { ...target, environment: { home, env } },
    {
      signal: new AbortController().signal,
      applicationName: 'jem-db',
      connectTimeout: 10_000,
      mode: 'existing',
      warn: ignore,
      ...connecting.options,
    },
  );
}
