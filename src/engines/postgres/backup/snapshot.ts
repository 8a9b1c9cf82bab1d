import { JemError } from '../../../errors.ts';
import { withHolders } from '../blockers.ts';
import { firstRows } from '../first-rows.ts';
import { rollBack } from '../rollback.ts';
import { majorOf } from '../scratch/binaries.ts';
import { lookOut } from '../schema/lookout.ts';
import type { PostgresSession } from '../session.ts';
import { sqlName } from '../table-name.ts';
import { beginReading } from './pins.ts';
import { type LockedTable, visibleTables } from './visible.ts';

export interface Snapshot {
  /** For `SET TRANSACTION SNAPSHOT` in other sessions, as long as this one holds it. */
  readonly name: string;
  readonly standby: boolean;
}

/** Milliseconds that a backup waits for who is changing a table. */
export const lockTimeout = 10_000;

/** In one LOCK statement. */
const namesAtOnce = 500;
const tries = 3;

/**
 * Runs `body` in a transaction that sees one moment, with all tables of the database locked against
 * changes of their form, and ends it. The locks come first: under a snapshot that is older than the
 * lock, a table that was rewritten or truncated in between would seem empty. Works on a standby.
 * Throws `pooler-in-the-way`, `backup-incomplete`, `lock-timeout` with who holds the lock.
 */
export async function withSnapshot<T>(
  session: PostgresSession,
  signal: AbortSignal,
  body: (snapshot: Snapshot) => Promise<T>,
): Promise<T> {
  return withMoment(session, signal, exportSnapshot, body);
}

/** Takes and exports the snapshot by its first statement; null: another one is wanted. */
type Taking<Moment> = (session: PostgresSession) => Promise<Moment | null>;

/** As `withSnapshot`, where more than a snapshot is to be of that moment. */
export async function withMoment<T, Moment extends Pick<Snapshot, 'name'>>(
  session: PostgresSession,
  signal: AbortSignal,
  take: Taking<Moment>,
  body: (snapshot: Snapshot & Moment) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const { pid, standby } = await firstRows(
    session,
    'SELECT pg_catalog.pg_backend_pid() AS pid, pg_catalog.pg_is_in_recovery() AS standby',
  );
  if (pid !== session.backendPid) throw poolerBetween(session);
  const stop = (): void => void session.cancel();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const moment = await lockAndTake(session, take);
    signal.throwIfAborted();
    return await body({ ...moment, standby: standby === true });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw error instanceof JemError ? error : session.failure(error);
  } finally {
    signal.removeEventListener('abort', stop);
    await rollBack(session.client);
  }
}

async function exportSnapshot(session: PostgresSession): Promise<Pick<Snapshot, 'name'>> {
  const [row] = await session.query('SELECT pg_catalog.pg_export_snapshot() AS name');
  return { name: String(row?.['name']) };
}

async function lockAndTake<Moment>(
  session: PostgresSession,
  take: Taking<Moment>,
): Promise<Moment> {
  for (let left = tries; ; left--) {
    const tables = await visibleTables(session);
    const locked = await lock(session, tables, { mayBeGone: left > 0 });
    if (!locked) continue;
    const moment = await take(session);
    if (moment === null) {
      await rollBack(session.client);
      left++;
      continue;
    }
    const known = new Set(tables.map(({ oid }) => oid));
    const added = (await visibleTables(session)).filter(({ oid }) => !known.has(oid));
    if (added.length === 0 || left === 0) return moment;
    await rollBack(session.client);
  }
}

/**
 * Opens the transaction; its snapshot is taken by the first query behind the locks. False: one of
 * the tables was dropped meanwhile.
 */
async function lock(
  session: PostgresSession,
  tables: readonly LockedTable[],
  { mayBeGone }: { readonly mayBeGone: boolean },
): Promise<boolean> {
  const { client, serverVersion } = session;
  await using lookout = lookOut(session, lockTimeout);
  try {
    const opening = [
      ...beginReading(majorOf(serverVersion)),
      `SET LOCAL lock_timeout = ${lockTimeout}`,
    ];
    await client.query(opening.join('; '));
    for (let at = 0; at < tables.length; at += namesAtOnce)
      await client.query(lockStatement(tables.slice(at, at + namesAtOnce)));
    return true;
  } catch (error) {
    const reason = withHolders(session.failure(error), await lookout.holders());
    await rollBack(client);
    if (mayBeGone && reason.code === 'object-missing') return false;
    throw reason;
  }
}

/** `FROM ONLY` reads no children, so none are locked through their parent. */
export function lockStatement(tables: readonly Pick<LockedTable, 'schema' | 'name'>[]): string {
  const names = tables.map(({ schema, name }) => `ONLY ${sqlName({ schema, table: name })}`);
  return `LOCK TABLE ${names.join(', ')} IN ACCESS SHARE MODE`;
}

function poolerBetween({ display }: PostgresSession): JemError {
  return new JemError('pooler-in-the-way', 'A backup cannot be taken through a connection pooler', {
    why: `${display} goes through a pooler (PgBouncer, say): a snapshot lives in one session of the server, which the pooler gives to others.`,
    hint: 'Name the server itself as directUrl (--direct-url, JEM_DB_DIRECT_URL); the application keeps the pooled URL.',
  });
}
