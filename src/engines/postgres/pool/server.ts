import { JemError } from '../../../errors.ts';
import type { PooledServer, ServerRoom } from '../../pooling.ts';
import { runProgram } from '../programs.ts';
import type { PostgresSession } from '../session.ts';
import { lookupSql } from './lookup.ts';
import { iniText } from './ini.ts';

const roomSql = `
SELECT pg_backend_pid() AS pid, current_setting('max_connections')::int AS "maxConnections",
  current_setting('superuser_reserved_connections')::int
    + coalesce(current_setting('reserved_connections', true), '0')::int AS reserved,
  current_database()::text AS database,
  (SELECT json_agg(datname ORDER BY datname)::text FROM pg_database
    WHERE datallowconn AND NOT datistemplate) AS databases`;

/** Debian puts it where the PATH of an ordinary user does not look. */
const programs = ['pgbouncer', '/usr/sbin/pgbouncer', '/usr/local/sbin/pgbouncer'];

/** A server that PgBouncer is to be put in front of. */
export function pooledServer(session: PostgresSession): PooledServer {
  return {
    room: () => roomOf(session),
    installedVersion,
    config: async (wish) => {
      const { target, there } = session;
      const { home } = target.environment;
      return {
        ini: iniText(wish, { conninfo: target.conninfo, there, home }),
        sql: lookupSql(wish.authUser),
      };
    },
  };
}

async function roomOf(session: PostgresSession): Promise<ServerRoom> {
  const [row] = await session.query(roomSql);
  const { pid, database, databases } = row ?? {};
  if (pid !== session.backendPid)
    throw new JemError('pooler-in-the-way', `${session.display} goes through a pooler already`, {
      why: 'The configuration needs the address of the server itself.',
      hint: 'Name it with -d, or as directUrl (--direct-url, JEM_DB_DIRECT_URL).',
    });
  return {
    maxConnections: Number(row?.['maxConnections']),
    reserved: Number(row?.['reserved']),
    database: typeof database === 'string' ? database : '',
    databases: JSON.parse(typeof databases === 'string' ? databases : '[]') as string[],
  };
}

async function installedVersion(signal: AbortSignal): Promise<readonly [number, number] | null> {
  for (const program of programs) {
    const env = { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin' };
    const ran = await runProgram(program, ['--version'], { user: null, cwd: '/', env, signal });
    const [, major, minor] = (ran.ok && /PgBouncer (\d+)\.(\d+)/.exec(ran.stdout)) || [];
    if (major !== undefined) return [Number(major), Number(minor)];
  }
  return null;
}
