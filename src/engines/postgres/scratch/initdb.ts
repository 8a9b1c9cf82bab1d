import { createHash } from 'node:crypto';
import { appendFile, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runProgram, type OsUser } from '../programs.ts';
import type { Binaries, BinFolder } from './binaries.ts';
import type { LiveLocale } from './live.ts';
import { initdbLocale } from './locale.ts';

/** What decides how a pristine cluster is. */
export interface ClusterWish {
  readonly locale: LiveLocale;
  /** Name of the first superuser. */
  readonly bootstrap: string;
}

/** To be raised where a cluster is made in another way and nothing else shows it. */
const format = '1';

/** Nothing here survives a crash of the machine, and need not. */
const configuration = `
listen_addresses = ''
max_connections = 30
shared_buffers = 16MB
huge_pages = off
fsync = off
full_page_writes = off
synchronous_commit = off
wal_level = minimal
max_wal_senders = 0
wal_init_zero = off
min_wal_size = 2MB
max_wal_size = 256MB
autovacuum = off
jit = off
allow_in_place_tablespaces = on
logging_collector = off
log_destination = 'stderr'
log_min_messages = log
log_checkpoints = off
lc_messages = 'C'
timezone = 'UTC'
`;

/** Nothing is made from it, and a copy without it takes a third less time. */
const dropUnused = `UPDATE pg_database SET datistemplate = false WHERE datname = 'template0'
DROP DATABASE template0
`;

/** Names a cluster by everything that decides how it is. */
export function clusterKey({ stamp }: BinFolder, wish: ClusterWish): string {
  const all = [format, stamp, configuration, dropUnused, ...initdbOptions(wish, 0)];
  return createHash('sha256').update(JSON.stringify(all)).digest('hex').slice(0, 16);
}

function initdbOptions({ locale, bootstrap }: ClusterWish, major: number): readonly string[] {
  return [
    ...['-U', bootstrap, '-A', 'trust', '--no-sync', '--no-instructions', '--wal-segsize=1'],
    ...(major >= 18 ? ['--no-data-checksums'] : []),
    ...initdbLocale(locale),
  ];
}

/** Makes a pristine cluster in the folder `data`. Answers null, or why it could not be made. */
export async function makeCluster(
  { path, major }: Binaries,
  data: string,
  wish: ClusterWish,
  { user, signal }: { readonly user: OsUser; readonly signal: AbortSignal },
): Promise<string | null> {
  const options = { user, cwd: dirname(data), env: { TZ: 'UTC', PATH: '/usr/bin:/bin' }, signal };
  const made = await runProgram(
    join(path, 'initdb'),
    ['-D', data, ...initdbOptions(wish, major)],
    options,
  );
  if (!made.ok) return made.words;
  await appendFile(join(data, 'postgresql.conf'), configuration);
  const single = ['--single', '-D', data, 'postgres'];
  const trimmed = await runProgram(join(path, 'postgres'), single, {
    ...options,
    input: dropUnused,
  });
  if (!trimmed.ok) return trimmed.words;
  await removeMaps(data);
  return null;
}

/**
 * Removes the maps of free space and of visible pages, a fourth of all files: PostgreSQL makes
 * them anew where it wants them.
 */
async function removeMaps(data: string): Promise<void> {
  const databases = await readdir(join(data, 'base'));
  const folders = ['global', ...databases.map((name) => join('base', name))];
  for (const folder of folders) {
    const names = await readdir(join(data, folder));
    const maps = names.filter((name) => /_(fsm|vm)$/.test(name));
    await Promise.all(maps.map((name) => rm(join(data, folder, name))));
  }
}
