import { readFile, readlink, stat } from 'node:fs/promises';
import type { ServerPlace } from '../../tuning.ts';
import type { PostgresSession } from '../session.ts';

/** What the backend of this session says of itself. */
interface Backend {
  readonly pid: number;
  /** Seconds since it began. */
  readonly age: number;
  /** As its title has it: `[local]`, or `(` and the client's port. */
  readonly client: string;
  readonly user: string;
  readonly database: string;
  /** Null: this role may not see it. */
  readonly dataFolder: string | null;
}

const backendSql = `
SELECT pg_backend_pid() AS pid, extract(epoch FROM clock_timestamp() - backend_start)::float8 AS age,
  CASE WHEN client_port > 0 THEN '(' || client_port || ')' ELSE '[local]' END AS client,
  usename::text AS "user", datname::text AS database,
  CASE WHEN pg_has_role('pg_read_all_settings', 'USAGE') THEN current_setting('data_directory') END AS "dataFolder"
FROM pg_stat_activity WHERE pid = pg_backend_pid()`;

/** Seconds: what it takes to ask, and the fork before the server takes its time. */
const ageTolerance = 2;
/** Hertz of the times in /proc/PID/stat: USER_HZ, the same on every Linux. */
const ticks = 100;

/**
 * Whether the server is one of the processes of this machine. An address proves nothing: a tunnel
 * and a container's port are loopback too. The backend's process does: it has the server's number
 * for it, its age, its title, and a parent of PostgreSQL.
 */
export async function placeOf(session: PostgresSession): Promise<ServerPlace> {
  if (process.platform !== 'linux')
    return { here: false, why: 'only on Linux can jem-db see whether the server runs here' };
  const [row] = await session.query(backendSql);
  const backend: Backend = {
    pid: Number(row?.['pid']),
    age: Number(row?.['age']),
    client: String(row?.['client']),
    user: String(row?.['user']),
    database: String(row?.['database']),
    dataFolder: typeof row?.['dataFolder'] === 'string' ? row['dataFolder'] : null,
  };
  const postmaster = await postmasterOf(backend);
  if (postmaster === null)
    return {
      here: false,
      why: 'the process that answers this session is none of this machine: the server is on another, in a container, or behind a tunnel',
    };
  return {
    here: true,
    pid: postmaster,
    dataFolder: (await visible(backend.dataFolder)) ?? (await workingFolder(postmaster)),
  };
}

async function postmasterOf(backend: Backend): Promise<number | null> {
  const process = await processAt(backend.pid);
  if (process === null || Math.abs(process.age - backend.age) > ageTolerance) return null;
  const { title, parent } = process;
  const names = [` ${backend.user} ${backend.database} `, backend.client];
  if (!title.startsWith('postgres: ') || !names.every((each) => title.includes(each))) return null;
  const above = await processAt(parent);
  return above !== null && /^(postgres|postmaster)$/.test(above.name) ? parent : null;
}

interface Process {
  readonly name: string;
  readonly title: string;
  readonly parent: number;
  /** Seconds. */
  readonly age: number;
}

async function processAt(pid: number): Promise<Process | null> {
  try {
    const [text, title, uptime] = await Promise.all(
      [`/proc/${pid}/stat`, `/proc/${pid}/cmdline`, '/proc/uptime'].map((path) =>
        readFile(path, 'utf8'),
      ),
    );
    // The name stands in brackets and may hold anything, brackets too.
    const [, name = '', rest = ''] = /^\d+ \((.*)\) (.*)$/s.exec(text ?? '') ?? [];
    const fields = rest.split(' ');
    return {
      name,
      title: `${(title ?? '').replaceAll('\0', ' ')} `,
      parent: Number(fields[1]),
      age: Number.parseFloat(uptime ?? '') - Number(fields[19]) / ticks,
    };
  } catch {
    return null;
  }
}

async function visible(path: string | null): Promise<string | null> {
  if (path === null) return null;
  return stat(path).then(
    () => path,
    () => null,
  );
}

/** The server works in its data directory; only its own user and root can see that. */
async function workingFolder(pid: number): Promise<string | null> {
  return readlink(`/proc/${pid}/cwd`).catch(() => null);
}
