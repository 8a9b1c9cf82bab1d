import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../../engine.ts';
import type { OsUser } from '../programs.ts';
import { majorOf } from './binaries.ts';
import { copyCluster } from './copy.ts';
import { ownerOf } from './os-user.ts';

/** Pristine clusters, kept since initdb takes ten times as long as a copy. */
export interface Cache {
  readonly path: string;
  readonly names: readonly string[];
}

export interface CachedCluster {
  readonly path: string;
  /** Exact version of the programs that made it. */
  readonly version: string;
}

const unfinished = '.partial-';
/** Milliseconds after which nobody is writing an unfinished folder any more. */
const abandoned = 60 * 60_000;

/** Opens the cache; null where none can be had that is this user's alone. */
export async function openCache({ env, home }: Environment): Promise<Cache | null> {
  const base = env['XDG_CACHE_HOME'];
  const path = join(base?.startsWith('/') ? base : join(home, '.cache'), 'jem-db');
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    return (await isPrivate(path, userInfo().uid)) ? { path, names: await readdir(path) } : null;
  } catch {
    return null;
  }
}

/** A server is started from what lies there: nobody else may have put it there. */
async function isPrivate(path: string, owner: number): Promise<boolean> {
  const found = await lstat(path);
  return found.isDirectory() && found.uid === owner && (found.mode & 0o077) === 0;
}

/** The cluster that was kept under a key; null where there is none. */
export async function findCluster(
  cache: Cache | null,
  key: string,
  user: OsUser,
): Promise<CachedCluster | null> {
  const name = cache?.names.find((one) => one.startsWith('postgres-') && one.endsWith(`-${key}`));
  if (!cache || name === undefined) return null;
  const path = join(cache.path, name);
  if (!(await isPrivate(path, ownerOf(user)).catch(() => false))) return null;
  return { path, version: name.slice('postgres-'.length, -key.length - 1) };
}

/** Keeps a copy of a cluster, whole or not at all. Never throws: the next run makes its own. */
export async function keepCluster(
  cache: Cache | null,
  data: string,
  { version, key, user }: { readonly version: string; readonly key: string; readonly user: OsUser },
): Promise<void> {
  if (!cache) return;
  const partial = join(cache.path, unfinished + randomBytes(6).toString('hex'));
  const copied = await copyCluster(data, partial, user);
  // Another run may have been quicker: its cluster is as good.
  if (copied) await rename(partial, join(cache.path, `postgres-${version}-${key}`)).catch(ignore);
  await rm(partial, { recursive: true, force: true }).catch(ignore);
  await sweep(cache, version).catch(ignore);
}

/** Forgets a cluster that does not start, as after a power cut. */
export async function forgetCluster({ path }: CachedCluster): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch(ignore);
}

/** Clusters of the version that this one has replaced, and what a killed run left. */
async function sweep(cache: Cache, version: string): Promise<void> {
  const old = cache.names.filter((name) => {
    const other = /^postgres-(.+)-[0-9a-f]+$/.exec(name)?.[1] ?? version;
    return other !== version && majorOf(other) === majorOf(version);
  });
  const partial = cache.names.filter((name) => name.startsWith(unfinished));
  const times = await Promise.all(
    partial.map((name) => stat(join(cache.path, name)).catch(() => null)),
  );
  const dead = partial.filter((_, index) => isAbandoned(times[index]?.mtimeMs));
  await Promise.all(
    [...old, ...dead].map((name) => rm(join(cache.path, name), { recursive: true, force: true })),
  );
}

function isAbandoned(mtimeMs: number | undefined): boolean {
  return mtimeMs !== undefined && Date.now() - mtimeMs > abandoned;
}

/** The cache only saves time. */
function ignore(): void {}
