import type { PostgresServer } from '../../../support/postgres.ts';
import { until } from '../../../support/until.ts';
import { opened } from '../connecting.ts';

/** A session of a test's own that idles in a transaction after `statements`. */
export async function idling(url: string, ...statements: readonly string[]) {
  const session = await opened(url);
  for (const one of ['BEGIN', ...statements]) await session.query(one);
  return session;
}

/** Starts a statement and waits until it waits for a lock; however it ends, it does not throw. */
export async function waiting(server: PostgresServer, url: string, statement: string) {
  const session = await opened(url);
  const ended = session.query(statement).then(
    () => null,
    (error: unknown) => error,
  );
  await until(`${statement} to wait`, async () => {
    const seen = await server.psql(
      `SELECT 1 FROM pg_locks WHERE pid = ${session.backendPid} AND NOT granted`,
    );
    return seen !== '';
  });
  return {
    pid: session.backendPid,
    ended,
    [Symbol.asyncDispose]: async () => {
      await session.cancel();
      await ended;
      await session[Symbol.asyncDispose]();
    },
  };
}

/** The first statement of a hint that begins with these words. */
export function statementOf(hint: string | null, words: string): string {
  const found = hint?.slice(hint.indexOf(words)).split(';')[0];
  if (hint?.includes(words) && found) return found;
  throw new Error(`"${words}" is not in the hint: ${hint}`);
}

/** Three pairs of transactions that take the same two rows the other way round. */
export async function deadlocked(url: string, times = 3): Promise<void> {
  const take = 'UPDATE crossing SET n = n + 1 WHERE id =';
  for (let count = 0; count < times; count++) {
    await using one = await idling(url, `${take} 1`);
    await using other = await idling(url, `${take} 2`);
    await Promise.allSettled([one.query(`${take} 2`), other.query(`${take} 1`)]);
  }
}

/** For each table a session that waits to lock it whole, behind a transaction that read them all. */
export async function lockIncident(
  server: PostgresServer,
  url: string,
  tables: readonly string[],
): Promise<AsyncDisposable> {
  const reader = await idling(url, `LOCK TABLE ${tables.join(', ')} IN ACCESS SHARE MODE`);
  const waiters: AsyncDisposable[] = [];
  for (const table of tables) {
    const lock = `DO $$ BEGIN LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE; END $$`;
    waiters.push(await waiting(server, url, lock));
  }
  return {
    [Symbol.asyncDispose]: async () => {
      await reader[Symbol.asyncDispose]();
      for (const waiter of waiters) await waiter[Symbol.asyncDispose]();
    },
  };
}
