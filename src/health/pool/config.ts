import { join } from 'node:path';
import type { Session } from '../../engines/engine.ts';
import type { PoolerConfigWish, PoolSizes, ServerRoom } from '../../engines/pooling.ts';
import { JemError } from '../../errors.ts';
import { sizePools } from './sizing.ts';

export interface ConfigOptions extends Pick<
  PoolerConfigWish,
  'listen' | 'clientTls' | 'authUser' | 'version' | 'cwd'
> {
  /** Names of databases; `all` that take connections; null: the one of the session. */
  readonly databases: readonly string[] | 'all' | null;
  /** Of the server; null: to be looked for. */
  readonly cpus: number | null;
  readonly clients: number;
  /** Absolute: where PgBouncer will find its file of passwords. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

export interface ConfigResult {
  readonly ini: string;
  readonly sql: string;
  readonly sizes: PoolSizes;
  readonly databases: readonly string[];
  /** Version of the pooler that it is for, as `1.18`; null: any from 1.18 on. */
  readonly pgbouncerVersion: string | null;
  /** Of the server. */
  readonly maxConnections: number;
  readonly cpus: number | null;
  /** The file that is still to be made by hand: it holds the one password. */
  readonly authFile: string;
}

/**
 * Makes the configuration of a pooler for a server, sized to what the server has room for; writes
 * nothing. Throws `usage`, `bad-setting`, `pooler-in-the-way`.
 */
export async function makePoolConfig(
  session: Session,
  options: ConfigOptions,
): Promise<ConfigResult> {
  const server = await session.pooling?.();
  if (!server)
    throw new JemError('usage', `${session.engine.title} needs no connection pooler`, {
      hint: 'Name a database that is a server: -d postgres://USER@HOST/DATABASE',
    });
  const room = await server.room();
  const databases = databasesIn(options, room);
  const version = options.version ?? (await server.installedVersion(options.signal));
  const cpus = options.cpus ?? (await cpusOf(session));
  const sizes = sizePools(room, {
    databases: databases.length,
    cpus,
    clients: options.clients,
  });
  const { listen, clientTls, authUser, folder, cwd } = options;
  const authFile = join(folder, 'userlist.txt');
  const text = await server.config({
    ...{ sizes, databases, listen, clientTls, authUser, authFile, version, cwd },
  });
  return {
    ...text,
    ...{ sizes, databases, cpus, authFile },
    pgbouncerVersion: version && version.join('.'),
    maxConnections: room.maxConnections,
  };
}

/** CPUs of the server where it is on this machine; else nobody knows. */
async function cpusOf(session: Session): Promise<number | null> {
  const tuning = await session.tuning?.();
  const place = await tuning?.place();
  if (!place?.here) return null;
  const { machineOf } = await import('../tune/machine.ts');
  return (await machineOf(place)).cpus;
}

function databasesIn(
  { databases }: ConfigOptions,
  { database, databases: all }: ServerRoom,
): readonly string[] {
  if (databases === 'all') return all;
  const wanted = databases ?? [database];
  const missing = wanted.find((each) => !all.includes(each));
  if (missing === undefined) return wanted;
  throw new JemError('usage', `The server has no database "${missing}" that takes connections`, {
    hint: `It has ${all.join(', ')}.`,
  });
}
