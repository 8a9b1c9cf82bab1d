import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { JemError } from '../../../errors.ts';
import type { Environment } from '../../engine.ts';
import type { OsUser } from '../programs.ts';
import { type Binaries, type BinFolder, withVersions } from './binaries.ts';
import { type Cache, findCluster, forgetCluster, keepCluster } from './cache.ts';
import { copyCluster } from './copy.ts';
import { makeFolder } from './folders.ts';
import { clusterKey, makeCluster } from './initdb.ts';
import type { LiveLocale } from './live.ts';
import { bareLocale, plainLocale } from './locale.ts';
import { startServer } from './server.ts';

export interface ClusterOptions {
  readonly folders: readonly BinFolder[];
  /** The one to use, of those that answered. Throws where none will do. */
  readonly choose: (found: readonly Binaries[]) => Binaries;
  /** Whether a kept cluster of this version would do. */
  readonly isWanted: (version: string) => boolean;
  readonly locale: LiveLocale;
  readonly bootstrap: string;
  /** `name=value`. */
  readonly settings: readonly string[];
  readonly size: 'small' | 'large';
  /** What to do instead, for the reader. */
  readonly elsewhere: string;
  readonly cache: Cache | null;
  readonly user: OsUser;
  readonly environment: Environment;
  readonly signal: AbortSignal;
}

interface Build {
  readonly bin: string;
  readonly version: string;
  /** May not be the one that was wished for: the system may lack that. */
  readonly locale: LiveLocale;
}

/** A server of our own that accepts connections on a socket in its folder. */
export interface Cluster extends Build, AsyncDisposable {
  readonly folder: string;
}

/**
 * Starts a throwaway server with nothing in it. Throws `scratch-unavailable` with the last words
 * of the program that failed, and the signal's reason.
 */
export async function openCluster(options: ClusterOptions): Promise<Cluster> {
  return (await fromCache(options)) ?? fromInitdb(options);
}

/** Null where nothing fitting was kept, or what was kept does not start. */
async function fromCache(options: ClusterOptions): Promise<Cluster | null> {
  const { folders, isWanted, locale, cache, user, bootstrap } = options;
  for (const folder of folders) {
    const kept = await findCluster(cache, clusterKey(folder, { locale, bootstrap }), user);
    if (!kept || !isWanted(kept.version)) continue;
    const build = { bin: folder.path, version: kept.version, locale };
    const result = await started(options, build, (data) => copyOf(kept.path, data, user));
    if (typeof result !== 'string') return result;
    await forgetCluster(kept);
  }
  return null;
}

async function fromInitdb(options: ClusterOptions): Promise<Cluster> {
  const { choose, folders, signal } = options;
  const binaries = choose(await withVersions(folders, signal));
  const { path: bin, version } = binaries;
  let words = '';
  for (const locale of [options.locale, plainLocale, bareLocale]) {
    const build = { bin, version, locale };
    const result = await started(options, build, (data) => filled(options, binaries, locale, data));
    if (typeof result !== 'string') return result;
    words = result;
    if (!/locale|encoding|ICU|collat/i.test(words)) break;
  }
  throw new JemError('scratch-unavailable', `A throwaway PostgreSQL ${version} did not start`, {
    why: `The programs in ${bin} said: ${words}`,
    hint: `Mend that, or ${options.elsewhere}`,
  });
}

async function filled(
  options: ClusterOptions,
  binaries: Binaries,
  locale: LiveLocale,
  data: string,
): Promise<string | null> {
  const { bootstrap, cache, user } = options;
  const wish = { locale, bootstrap };
  const key = clusterKey(binaries, wish);
  const kept = await findCluster(cache, key, user);
  if (kept && locale !== options.locale) return copyOf(kept.path, data, user);
  const words = await makeCluster(binaries, data, wish, options);
  if (words === null) await keepCluster(cache, data, { version: binaries.version, key, user });
  return words;
}

async function copyOf(kept: string, data: string, user: OsUser): Promise<string | null> {
  return (await copyCluster(kept, data, user)) ? null : `${kept} could not be copied`;
}

/** Makes a folder, lets `fill` put the data there, and starts the server; else says why not. */
async function started(
  { environment, user, settings, size, signal }: ClusterOptions,
  build: Build,
  fill: (data: string) => Promise<string | null>,
): Promise<Cluster | string> {
  const folder = await makeFolder(environment, { user, size });
  try {
    const problem = await fill(join(folder, 'data'));
    signal.throwIfAborted();
    const result = problem ?? (await running({ ...build, folder, user, settings, signal }));
    if (typeof result !== 'string') return { ...build, folder, ...result };
    await removeFolder(folder);
    return result;
  } catch (error) {
    await removeFolder(folder);
    throw error;
  }
}

async function running(
  options: Parameters<typeof startServer>[0],
): Promise<AsyncDisposable | string> {
  const server = startServer(options);
  try {
    const words = await server.ready;
    if (words === null) return server;
    await server[Symbol.asyncDispose]();
    return words;
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

/** What cannot be removed now is swept by a later run. */
async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true }).catch(() => {});
}
