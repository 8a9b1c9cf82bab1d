import { describe, expect, it } from 'vitest';
import {
  postgresVersions,
  sharedPostgres,
  startPostgres,
  type PostgresServer,
} from '../../../support/postgres.ts';
import { until } from '../../../support/until.ts';
import { opened } from '../connecting.ts';
import { type Looked, lookAt } from './looking.ts';
import { deadlocked, idling, statementOf, waiting } from './planting.ts';

const aSecond = { warning: 1, critical: 1000 };

/** Looks until a session is in its state for a second. */
function lookUntil(url: string, id: string): Promise<Looked> {
  return until(`a finding of ${id}`, async () => {
    const seen = await lookAt(url, [id], { [id]: aSecond });
    return seen.of(id).status === 'warning' && seen;
  });
}

async function withTables(server: PostgresServer): Promise<string> {
  const url = await server.createDatabase();
  await using session = await opened(url);
  await session.query('CREATE TABLE orders (id int PRIMARY KEY, n int)');
  await session.query('INSERT INTO orders VALUES (1, 1), (2, 1)');
  return url;
}

describe.for(postgresVersions())('sessions of PostgreSQL $major', ({ major, bin }) => {
  it('finds one that idles in a transaction, and the hint ends it', async () => {
    const server = await sharedPostgres(major);
    const url = await withTables(server);
    await using idle = await idling(url, 'SELECT * FROM orders');
    const seen = await lookUntil(url, 'idle-in-transaction');
    const { summary, hint, objects } = seen.of('idle-in-transaction');
    expect(summary).toMatch(/sessions? idles? in a transaction, the longest for \d+ s/);
    expect(objects).toContainEqual(
      expect.objectContaining({
        name: `pid ${idle.backendPid}`,
        detail: expect.stringMatching(/postgres in test_\w+ jem-db 127\.0\.0\.1: SELECT \* FROM/),
      }),
    );
    expect(hint).toContain('idle_in_transaction_session_timeout');
    const open = await lookAt(url, ['long-transactions'], { 'long-transactions': aSecond });
    expect(open.of('long-transactions').objects).toContainEqual(
      expect.objectContaining({ name: `pid ${idle.backendPid}` }),
    );
    await server.psql(`SELECT pg_terminate_backend(${idle.backendPid}, 5000)`);
    const after = await lookAt(url, ['idle-in-transaction']);
    expect(JSON.stringify(after.of('idle-in-transaction'))).not.toContain(
      `pid ${idle.backendPid}"`,
    );
  });

  it('finds a query that runs for long', async () => {
    const server = await sharedPostgres(major);
    const url = await withTables(server);
    await using session = await opened(url);
    const slept = session.query('SELECT pg_sleep(100), 7').catch((error: unknown) => error);
    const seen = await lookUntil(url, 'long-queries');
    const { summary, objects } = seen.of('long-queries');
    expect(summary).toMatch(/quer(y runs|ies run), the longest for \d+ s/);
    expect(objects?.some(({ detail }) => detail.includes('pg_sleep(100), 7'))).toBe(true);
    await server.psql(`SELECT pg_cancel_backend(${session.backendPid})`);
    expect(await slept).toMatchObject({ code: 'query-cancelled' });
  });

  it('names the root of a tree of waits, what it holds, and all behind it', async () => {
    const server = await sharedPostgres(major);
    const url = await withTables(server);
    await using root = await idling(url, 'SELECT * FROM orders');
    await using second = await waiting(server, url, 'ALTER TABLE orders ADD COLUMN a int');
    await using third = await waiting(server, url, 'SELECT * FROM orders WHERE id = 2');
    const { status, summary, hint, objects } = (
      await lookAt(url, ['lock-waits'], { 'lock-waits': { warning: 0, critical: 1000 } })
    ).of('lock-waits');
    expect(status).toBe('warning');
    expect(summary).toMatch(
      new RegExp(
        `2 behind pid ${root.backendPid} \\(postgres jem-db idle in transaction for \\d+ s, holds AccessShareLock on public.orders\\)`,
      ),
    );
    const [first, next, last] = objects ?? [];
    expect([first?.name, next?.name, last?.name]).toEqual([
      `pid ${root.backendPid}`,
      `pid ${second.pid}`,
      `pid ${third.pid}`,
    ]);
    expect(next?.detail).toMatch(/^· waits \d+ s for AccessExclusiveLock on public.orders/);
    expect(last?.detail).toMatch(/^· · waits \d+ s for AccessShareLock on public.orders: .*id = 2/);
    await server.psql(statementOf(hint, 'SELECT pg_terminate_backend'));
    expect(await Promise.all([second.ended, third.ended])).toEqual([null, null]);
    expect((await lookAt(url, ['lock-waits'])).of('lock-waits').objects ?? []).toEqual([]);
  });

  it('names a prepared transaction that others wait for', async () => {
    await using server = await startPostgres({
      bin,
      conf: ['max_prepared_transactions = 5', 'deadlock_timeout = 10ms'],
    });
    const url = await withTables(server);
    const database = new URL(url).pathname.slice(1);
    await using session = await idling(url, 'UPDATE orders SET n = 2 WHERE id = 1');
    await session.query("PREPARE TRANSACTION 'it''s 7'");
    await using row = await waiting(server, url, 'UPDATE orders SET n = 3 WHERE id = 1');
    await using table = await waiting(server, url, 'ALTER TABLE orders ADD COLUMN a int');
    const bounds = {
      'prepared-transactions': { warning: 0, critical: 1000 },
      'lock-waits': { warning: 0, critical: 1000 },
    };
    const seen = await lookAt(url, ['lock-waits', 'prepared-transactions', 'xmin-horizon'], bounds);
    const { summary, objects, hint } = seen.of('lock-waits');
    expect(summary).toContain("2 behind 'it''s 7' (prepared transaction of postgres in test_");
    expect(summary).toContain('RowExclusiveLock on public.orders');
    expect(objects?.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["'it''s 7'", `pid ${row.pid}`, `pid ${table.pid}`]),
    );
    expect(seen.of('prepared-transactions')).toMatchObject({ status: 'warning' });
    expect(seen.of('prepared-transactions').summary).toMatch(/^1 prepared transaction waits/);
    expect(JSON.stringify(seen.of('xmin-horizon').summary)).toContain('prepared transaction');
    await server.psql(statementOf(hint, 'ROLLBACK PREPARED'), database);
    expect(await Promise.all([row.ended, table.ended])).toEqual([null, null]);
    const after = await lookAt(url, ['prepared-transactions', 'lock-waits'], bounds);
    expect(after.of('prepared-transactions').summary).toBe('no prepared transaction waits');

    await session.query('CREATE TABLE crossing AS SELECT id, 0 AS n FROM generate_series(1, 2) id');
    await deadlocked(url);
    const counted = await until('deadlocks to be counted', async () => {
      const { status, summary: told } = (await lookAt(url, ['deadlocks'])).of('deadlocks');
      return status === 'warning' && told;
    });
    expect(counted).toMatch(/^3 deadlocks, 3\.0 per hour on average, since 20.* UTC$/);
  });

  it('does not call well what it cannot see', async () => {
    await using server = await startPostgres({ bin });
    const url = await withTables(server);
    await using blind = await idling(url, 'SET track_activities = off');
    const seen = await lookAt(url, ['idle-in-transaction', 'long-transactions', 'long-queries']);
    expect(blind.backendPid).toBeGreaterThan(0);
    expect(seen.findings).toHaveLength(3);
    for (const finding of seen.findings)
      expect(finding).toMatch(/^unknown .*1 session has track_activities off/);
  });
});
