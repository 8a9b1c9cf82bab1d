import { appendFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '../programs.ts';

/** Settings that recovery needs at least as high as they were (pg_control), each by its words there. */
const recorded: Readonly<Record<string, string>> = {
  max_connections: 'max_connections setting',
  max_worker_processes: 'max_worker_processes setting',
  max_wal_senders: 'max_wal_senders setting',
  max_prepared_transactions: 'max_prepared_xacts setting',
  max_locks_per_transaction: 'max_locks_per_xact setting',
};

/**
 * Neither what the server was configured with, which may lead to its disks, its archive and its
 * standbys, nor anybody from outside.
 */
const fixed: readonly string[] = [
  ...[
    "listen_addresses = ''",
    'ssl = off',
    'logging_collector = off',
    "shared_preload_libraries = ''",
  ],
  ...['archive_mode = off', "archive_command = ''", "primary_conninfo = ''", 'hot_standby = off'],
  ...['fsync = off', 'full_page_writes = off', 'autovacuum = off', 'shared_buffers = 128MB'],
  ...["lc_messages = 'C'", 'max_logical_replication_workers = 0', 'wal_level = replica'],
  // Where there are such tablespaces, recovery would stop at them.
  ...['allow_in_place_tablespaces = on'],
];

/** Of the settings that recovery needs, the value of each. */
export type Needed = ReadonlyMap<string, number>;

/** What pg_control says: as the backup was, and as the log has told that was replayed since. */
async function neededIn(data: string, bin: string, signal: AbortSignal): Promise<Needed> {
  const read = await runProgram(join(bin, 'pg_controldata'), [data], {
    ...{ user: null, cwd: '/', env: { LC_ALL: 'C' }, signal },
  });
  const control = read.ok ? read.stdout : '';
  return new Map(
    Object.entries(recorded).flatMap(([name, words]) => {
      const value = new RegExp(`^${words}: +(\\d+)$`, 'm').exec(control)?.[1];
      return value === undefined ? [] : [[name, Number(value)] as const];
    }),
  );
}

/**
 * Gives a restored cluster a configuration of its own, so that it can be started to be looked at
 * without touching anything of the server that it is a copy of. Returns what it holds of what
 * recovery needs.
 */
export async function configureThrowaway(
  data: string,
  bin: string,
  signal: AbortSignal,
): Promise<Needed> {
  const needed = await neededIn(data, bin, signal);
  for (const name of ['standby.signal', 'recovery.signal', 'postgresql.auto.conf'])
    await rm(join(data, name), { force: true });
  const files = {
    'postgresql.conf': [...fixed, ...linesOf(needed)],
    'pg_hba.conf': ['local all all trust'],
    'pg_ident.conf': [],
  };
  for (const [name, lines] of Object.entries(files))
    await writeFile(join(data, name), `${lines.join('\n')}\n`, { mode: 0o600 });
  return needed;
}

/**
 * Raises what the log that was replayed has told to be higher on the server that wrote it (its record
 * XLOG_PARAMETER_CHANGE goes to pg_control). Returns what was raised; none: that was not the trouble.
 */
export async function raiseThrowaway(
  data: string,
  {
    bin,
    had,
    signal,
  }: { readonly bin: string; readonly had: Needed; readonly signal: AbortSignal },
): Promise<Needed> {
  const now = await neededIn(data, bin, signal);
  const raised = new Map([...now].filter(([name, value]) => value > (had.get(name) ?? 0)));
  if (raised.size > 0)
    await appendFile(join(data, 'postgresql.conf'), `${linesOf(raised).join('\n')}\n`);
  return raised;
}

function linesOf(needed: Needed): readonly string[] {
  return [...needed].map(([name, value]) => `${name} = ${value}`);
}
