import type { PoolSizes, ServerRoom } from '../../engines/pooling.ts';
import { JemError } from '../../errors.ts';

interface SizingWish {
  /** How many databases are pooled. */
  readonly databases: number;
  /** Of the server; null: not known. */
  readonly cpus: number | null;
  readonly clients: number;
}

/** Connections left for migrations, backups, monitoring, and whoever looks after a trouble. */
const spare = 5;
/** With fewer, 50 concurrent requests waited longer than 10 ms for a connection (measured). */
const leastThatIsQuick = 20;

/**
 * How many connections a pool has: twice the CPUs of the server and at least 20, but never so many
 * that all pools together want more than `max_connections` leaves. Throws `bad-setting` where the
 * server has no room. Pure.
 */
export function sizePools(room: ServerRoom, { databases, cpus, clients }: SizingWish): PoolSizes {
  const budget = room.maxConnections - room.reserved - spare;
  const share = Math.floor(budget / databases);
  if (share < 1) throw noRoom(room, databases);
  const reserve = Math.min(5, Math.floor(share / 5));
  const poolSize = Math.min(Math.max(2 * (cpus ?? 0), leastThatIsQuick), share - reserve);
  return {
    poolSize,
    minPoolSize: Math.ceil(poolSize / 4),
    reserve,
    maxDbConnections: poolSize + reserve,
    maxClients: clients,
  };
}

function noRoom({ maxConnections, reserved }: ServerRoom, databases: number): JemError {
  return new JemError('bad-setting', 'The server has no room for a pool in each database', {
    why: `max_connections is ${maxConnections}; ${reserved} are reserved, ${spare} are kept for other work, and ${databases} databases share the rest.`,
    hint: 'Raise max_connections, or pool fewer databases.',
  });
}
