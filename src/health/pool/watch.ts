import { setTimeout as pause } from 'node:timers/promises';
import type { Thresholds } from '../../engines/health.ts';
import type {
  Pool,
  PooledDatabase,
  PoolerConsole,
  PoolerState,
  PoolTraffic,
} from '../../engines/pooling.ts';
import { type HealthResult, runChecks } from '../run.ts';
import { findingOf, type PoolCheck, type Samples } from './checks.ts';
import { conditionChecks } from './condition.ts';
import { vulnerabilityCheck } from './vulnerabilities.ts';
import { quickWait, waitingChecks } from './waiting.ts';

/** Every check of a pooler, in the order in which they are told. */
export const poolChecks: readonly PoolCheck[] = [
  ...waitingChecks,
  ...conditionChecks,
  vulnerabilityCheck,
];

export interface WatchOptions {
  readonly checks: readonly PoolCheck[];
  readonly thresholds: ReadonlyMap<string, Thresholds>;
  /** Milliseconds between the two looks, where there are two. */
  readonly interval: number;
  readonly signal: AbortSignal;
}

export interface PoolHealth extends HealthResult {
  readonly pgbouncerVersion: string;
  readonly pools: readonly Pool[];
  readonly databases: readonly PooledDatabase[];
  readonly traffic: readonly PoolTraffic[];
  readonly clients: number;
  readonly maxClients: number;
}

/**
 * Looks at a pooler, and a second time where what the first look shows may be over in a moment.
 * Throws what the console throws.
 */
export async function watchPool(
  console: PoolerConsole,
  { checks, thresholds, interval, signal }: WatchOptions,
): Promise<PoolHealth> {
  const first = await console.look();
  const last = isStirred(first) ? await lookAgain(console, interval, signal) : first;
  const samples: Samples = { first, last, apart: interval / 1000 };
  const looks = checks.map((check) => ({
    ...check,
    look: async () => findingOf(check.see(samples)),
  }));
  const { pools, databases, traffic, clients, settings } = last;
  return {
    ...(await runChecks(looks, { thresholds, budget: Infinity, signal, onCheck: () => {} })),
    pgbouncerVersion: console.version,
    ...{ pools, databases, traffic, clients },
    maxClients: Number(settings['max_client_conn']),
  };
}

async function lookAgain(
  console: PoolerConsole,
  interval: number,
  signal: AbortSignal,
): Promise<PoolerState> {
  await pause(interval, undefined, { signal }).catch(() => signal.throwIfAborted());
  return console.look();
}

/** Whether something of this look must be there at a second one to count. */
function isStirred({ pools, databases, traffic }: PoolerState): boolean {
  if (traffic.some(({ waitTime }) => (waitTime ?? 0) >= quickWait)) return true;
  return pools.some(({ database, clientsWaiting, serversLogin, serversActive }) => {
    const size = databases.find(({ name }) => name === database)?.poolSize ?? 0;
    return clientsWaiting > 0 || serversLogin > 0 || serversActive >= size * 0.9;
  });
}
