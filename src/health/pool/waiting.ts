import type { Pool, PoolTraffic } from '../../engines/pooling.ts';
import { largest, type PoolCheck } from './checks.ts';

/** Seconds. */
export const quickWait = 0.01;

const lookThere =
  'See what holds the server connections: pg_stat_activity there, idle transactions above all. Then raise default_pool_size, if max_connections of the server allows it.';

const named = ({ database, user }: Pool): string => `${user} in ${database}`;

/** How long the client that waits longest has waited for a server connection. */
const longestWait: PoolCheck = {
  id: 'pool-wait',
  title: 'Longest wait for a server connection',
  group: 'capacity',
  unit: 's',
  thresholds: { warning: 1, critical: 5 },
  source: 'PgBouncer doc/usage.md on maxwait; the numbers are jem-db’s',
  see({ last }) {
    const worst = largest(last.pools, ({ maxWait }) => maxWait);
    const value = worst ? Math.round(worst.value * 100) / 100 : 0;
    const who = worst && value > 0 ? ` (${named(worst.item)})` : '';
    return {
      value,
      summary: value > 0 ? `a client has waited for ${value} s${who}` : 'no client is waiting',
      hint: lookThere,
    };
  },
};

/** A queue that is there at one look may be gone at the next; one that stays is too little room. */
const queue: PoolCheck = {
  id: 'pool-queue',
  title: 'Clients that wait',
  group: 'capacity',
  unit: null,
  thresholds: { warning: 1, critical: null },
  source: 'jem-db: at two looks one after the other',
  see({ first, last, apart }) {
    const waitingOf = (pools: readonly Pool[]): number =>
      pools.reduce((sum, { clientsWaiting }) => sum + clientsWaiting, 0);
    const value = Math.min(waitingOf(first.pools), waitingOf(last.pools));
    const worst = largest(last.pools, ({ clientsWaiting }) => clientsWaiting);
    return {
      value,
      summary:
        value === 0
          ? 'none'
          : `${value} at two looks ${apart} s apart${worst ? `, most of ${named(worst.item)}` : ''}`,
      hint: lookThere,
    };
  },
};

/**
 * What a transaction waits for its connection on average: 10 ms is what users are promised. A pool
 * that has just been filled has waited for its logins: only what is still so at a second look counts.
 */
const averageWait: PoolCheck = {
  id: 'pool-acquire',
  title: 'Average wait for a server connection',
  group: 'capacity',
  unit: 's',
  thresholds: { warning: quickWait, critical: 0.1 },
  source: 'requirement X4: under 10 ms on average',
  see({ first, last }) {
    const worst = largest(first.traffic, ({ waitTime }) => waitTime ?? -1);
    const period = last.settings['stats_period'] ?? '60';
    if (!worst || worst.value < 0)
      return `less than one transaction a second in the last ${period} s`;
    const { database } = worst.item;
    const average = `${milliseconds(worst.value)} in the last ${period} s (${database})`;
    const now = waitBetween(worst.item, last.traffic);
    if (worst.value >= quickWait && now === null) return `${average}; no transaction just now`;
    const value = Math.min(worst.value, now ?? worst.value);
    return {
      value: Math.round(value * 1e5) / 1e5,
      summary: now === null ? average : `${average}, ${milliseconds(now)} just now`,
      hint: 'Raise default_pool_size, and min_pool_size so that connections are there before they are wanted; shorten transactions.',
    };
  },
};

function waitBetween(before: PoolTraffic, later: readonly PoolTraffic[]): number | null {
  const after = later.find(({ database }) => database === before.database);
  const transactions = (after?.transactions ?? 0) - before.transactions;
  return after && transactions > 0 ? (after.waited - before.waited) / transactions : null;
}

function milliseconds(seconds: number): string {
  return `${Math.round(seconds * 1e4) / 10} ms`;
}

/** All connections of a pool at work at two looks: the next client waits. */
const saturation: PoolCheck = {
  id: 'pool-saturation',
  title: 'Server connections in use',
  group: 'capacity',
  unit: '%',
  thresholds: { warning: 90, critical: null },
  source: 'jem-db: at two looks one after the other',
  see({ first, last }) {
    const used = (state: typeof last, { database, user }: Pool): number => {
      const pool = state.pools.find((one) => one.database === database && one.user === user);
      const size = state.databases.find(({ name }) => name === database)?.poolSize ?? 0;
      return pool && size > 0 ? Math.round((pool.serversActive / size) * 100) : 0;
    };
    const worst = largest(last.pools, (pool) => Math.min(used(first, pool), used(last, pool)));
    return {
      value: worst?.value ?? 0,
      summary: worst ? `${worst.value} % of the pool of ${named(worst.item)}` : 'no pool is in use',
      hint: lookThere,
    };
  },
};

/** A login takes milliseconds; one that is there at two looks does not come to its end. */
const logins: PoolCheck = {
  id: 'pool-login',
  title: 'Logins to the server that hang',
  group: 'availability',
  unit: null,
  thresholds: { warning: 1, critical: null },
  source: 'jem-db: at two looks one after the other',
  see({ first, last, apart }) {
    const stuck = last.pools.filter(({ database, user, serversLogin }) => {
      const before = first.pools.find((one) => one.database === database && one.user === user);
      return serversLogin > 0 && (before?.serversLogin ?? 0) > 0;
    });
    const isConnected = last.pools.some((one) => one.serversActive + one.serversIdle > 0);
    return {
      value: stuck.length,
      summary:
        stuck.length === 0
          ? `none${isConnected ? '' : '; no server connection is open: whether the server answers is not seen here'}`
          : `${stuck.map(named).join(', ')}: logging in at two looks ${apart} s apart`,
      hint: "The server does not answer, or refuses the login: PgBouncer's log says why.",
    };
  },
};

export const waitingChecks: readonly PoolCheck[] = [
  longestWait,
  queue,
  averageWait,
  saturation,
  logins,
];
