import { JemError } from '../../errors.ts';
import type { Blocker, RunnerWait } from '../migrating.ts';
import { span } from './blockers.ts';
import { ledgerOf, type Bench } from './bench.ts';
import { lockWords } from './lock-key.ts';
import { firstRows } from './first-rows.ts';
import { clearLease, leaseHolder, leaseTableExists } from './lease.ts';
import { pauseOrStop } from './pause.ts';
import type { PostgresSession } from './session.ts';

/** Milliseconds between two tries to get the runners' lock. */
const pauses = { first: 25, longest: 500, growth: 1.6 };

/**
 * Runs `body` under a session's advisory lock. The lock is asked for again and again outside
 * any transaction: waiting for it inside one would deadlock with the other runner's CREATE INDEX
 * CONCURRENTLY, which waits for every transaction to end. A run through a pooler has no such lock:
 * it is known by its lease.
 */
export async function underSessionLock<T>(bench: Bench, body: () => Promise<T>): Promise<T> {
  const { session } = bench;
  const ledger = ledgerOf(bench);
  const key = ledger.lockKey;
  const ask = `SELECT pg_try_advisory_lock('${key}'::bigint) AS locked;${leaseTableExists(ledger)}`;
  let leased = false;
  await untilOurs(bench, async () => {
    // Taking the lock for a look would stand in the way of the lease's holder.
    if (leased && (await leaseHolder(bench))) return null;
    const { locked, leases } = await firstRows(session, ask);
    if (locked !== true) return null;
    if (leases !== true || (await clearLease(bench))) return true;
    leased = true;
    await unlock(session, key);
    return null;
  });
  try {
    return await body();
  } finally {
    await unlock(session, key);
  }
}

/** Never throws: with a connection that is gone, its locks are gone too. */
async function unlock({ client }: PostgresSession, key: bigint): Promise<void> {
  await client.query('SELECT pg_advisory_unlock($1)', [key]).then(done, done);
}

function done(): void {}

/**
 * Repeats `attempt` until it gives something, telling `wait` who is in the way. Throws
 * `runner-busy` when the time is over, or the signal's reason.
 */
export async function untilOurs<T>(bench: Bench, attempt: () => Promise<T | null>): Promise<T> {
  const { signal, wait } = bench;
  const started = performance.now();
  for (let apart = pauses.first; ; apart = Math.min(apart * pauses.growth, pauses.longest)) {
    signal.throwIfAborted();
    const got = await attempt();
    if (got !== null) return got;
    const holder = (await leaseHolder(bench)) ?? (await lockHolder(bench));
    const waited = performance.now() - started;
    if (waited >= wait.timeout) throw runnerBusy(wait, holder);
    wait.onWait(holder, waited);
    await pauseOrStop(Math.min(apart, wait.timeout - waited), signal);
  }
}

const holderSql = `
SELECT l.pid, a.usename::text AS "user", a.application_name AS application,
  coalesce(host(a.client_addr), 'local') AS client,
  to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS since
FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND l.classid::bigint = $1 AND l.objid::bigint = $2`;

interface HolderRow {
  readonly pid: number;
  readonly user: string | null;
  readonly application: string | null;
  readonly client: string;
  readonly since: string | null;
}

async function lockHolder(bench: Bench): Promise<Blocker | null> {
  const { client, failure } = bench.session;
  const words = lockWords(ledgerOf(bench).lockKey);
  const { rows } = await client.query<HolderRow>(holderSql, words).catch((error: unknown) => {
    throw failure(error);
  });
  return rows[0] ? described(rows[0]) : null;
}

function described({ pid, user, application, client, since }: HolderRow): Blocker {
  const traits = [
    user && `user "${user}"`,
    application && `application "${application}"`,
    `client ${client}`,
    since && `connected since ${since}`,
  ].filter(Boolean);
  return { description: `process ${pid} (${traits.join(', ')})` };
}

function runnerBusy({ timeout }: RunnerWait, holder: Blocker | null): JemError {
  return new JemError(
    'runner-busy',
    `Another runner has been migrating this database for more than ${span(timeout / 1000)}`,
    {
      why: holder
        ? `It is ${holder.description}.`
        : 'The lock of the ledger was taken at every look, each time by somebody else.',
      hint: 'Wait for it and run the command again, or wait longer with --runner-timeout.',
    },
  );
}
