import { expect, it } from 'vitest';
import type { PoolerConsole, PoolerState } from '../../src/engines/pooling.ts';
import { poolChecks, watchPool } from '../../src/health/pool/watch.ts';

const traffic = {
  ...{ database: 'app', transactionsPerSecond: 100, queriesPerSecond: 100 },
  ...{ transactionTime: 0.001, queryTime: 0.001, transactions: 1000, waited: 50, waitTime: 0.05 },
};
const pool = {
  ...{ database: 'app', user: 'web', mode: 'transaction', clientsActive: 1, clientsWaiting: 0 },
  ...{ serversActive: 1, serversIdle: 1, serversLogin: 0, servers: 2, maxWait: 0 },
};
const base: PoolerState = {
  version: '1.25.2',
  pools: [pool],
  databases: [
    {
      ...{ name: 'app', poolSize: 10, reserve: 0, connections: 2, maxConnections: 0 },
      ...{ paused: false, disabled: false },
    },
  ],
  traffic: [],
  clients: 2,
  settings: { max_client_conn: '100', query_wait_timeout: '15', pool_mode: 'transaction' },
};

/** What the checks say of states that a console shows one after the other. */
async function health(...states: readonly Partial<PoolerState>[]) {
  const shown = states.map((state) => ({ ...base, ...state }));
  const { version } = shown[0] ?? base;
  let looks = 0;
  const console: PoolerConsole = {
    ...{ display: '', version },
    look: async () => shown[looks++] ?? base,
    [Symbol.asyncDispose]: async () => {},
  };
  const result = await watchPool(console, {
    ...{ checks: poolChecks, thresholds: new Map(), interval: 1 },
    signal: new AbortController().signal,
  });
  const of = (id: string) => result.checks.find((check) => check.id === id);
  return { ...result, of, looks };
}

it('looks once where nothing stirs', async () => {
  const { looks, status } = await health({});
  expect([looks, status]).toEqual([1, 'ok']);
});

it('calls an average wait bad that is still so, and not one that is over', async () => {
  const bad = { traffic: [traffic] };
  const still = { traffic: [{ ...traffic, transactions: 1100, waited: 53 }] };
  const over = { traffic: [{ ...traffic, transactions: 1100, waited: 50.1 }] };
  expect((await health(bad, still)).of('pool-acquire')).toMatchObject({
    ...{ status: 'warning', value: 0.03, hint: expect.stringContaining('default_pool_size') },
  });
  expect((await health(bad, over)).of('pool-acquire')).toMatchObject({
    status: 'ok',
    value: 0.001,
  });
  const { skipped, looks } = await health(bad, bad);
  expect(skipped).toEqual([{ id: 'pool-acquire', reason: expect.stringContaining('just now') }]);
  expect(looks).toBe(2);
});

it('calls a queue or a full pool bad that is there twice', async () => {
  const full = { pools: [{ ...pool, serversActive: 10, clientsWaiting: 3 }] };
  const twice = await health(full, full);
  expect(twice.of('pool-queue')).toMatchObject({ status: 'warning', value: 3 });
  expect(twice.of('pool-saturation')).toMatchObject({ status: 'warning', value: 100 });
  expect((await health(full, {})).status).toBe('ok');
});

it.each([
  ['1.25.2', {}, 0],
  ['1.25.1', {}, 3],
  ['1.25.1', { stats_users: 'monitor' }, 4],
  ['1.25.0', { track_extra_parameters: 'IntervalStyle, search_path' }, 4],
  ['1.24.0', { auth_query: 'SELECT usename, passwd FROM pg_shadow WHERE usename=$1' }, 3],
  ['1.24.0', { auth_query: 'SELECT a, b FROM pg_authid WHERE rolname=$1' }, 4],
  ['1.18.0', { auth_user: 'looks' }, 4],
  ['1.19.1', { auth_user: 'looks' }, 3],
  ['1.9.0', {}, 3],
])('knows the vulnerabilities of %s with %o: %i', async (version, settings, count) => {
  const { of } = await health({ version, settings: { ...base.settings, ...settings } });
  expect(of('pool-version')).toMatchObject({
    ...{ value: count, status: count === 0 ? 'ok' : 'warning' },
  });
});
