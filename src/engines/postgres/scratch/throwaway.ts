import { JemError } from '../../../errors.ts';
import type { Scratch, ScratchOptions } from '../../engine.ts';
import type { ConnectTarget } from '../connection.ts';
import { type Binaries, binFolders, majorOf } from './binaries.ts';
import { openCache } from './cache.ts';
import { type Cluster, openCluster } from './cluster.ts';
import { connectTo } from './connect.ts';
import { port, sweepFolders } from './folders.ts';
import { type Live, migratorOf, readLive } from './live.ts';
import { localeLabel, plainLocale } from './locale.ts';
import { serverUser } from './os-user.ts';
import {
  prepareCluster,
  pristineDatabase,
  publicSchemaSql,
  run,
  scratchName,
  startupSettings,
} from './prepare.ts';

const firstSuperuser = 'postgres';

type Options = Pick<ScratchOptions, 'like' | 'binaries' | 'environment' | 'signal'>;

/** What a throwaway server is to be like. */
export interface ThrowawayWish {
  /** Null: whatever is newest here, and empty. */
  readonly live: Live | null;
  readonly major: number | null;
  /** `name=value`: for the server, above the live one's. */
  readonly settings: readonly string[];
  /** Whether it will hold much. */
  readonly size: 'small' | 'large';
}

/**
 * A server of our own, of the live server's major version, started from programs on this machine.
 * Throws `scratch-unavailable` where there are none, or they do not start.
 */
export async function openThrowaway(options: ScratchOptions): Promise<Scratch> {
  const { like, ledgerTable } = options;
  const live = like && (await readLive(like, ledgerTable));
  const major = like && majorOf(like.serverVersion);
  return openThrowawayLike({ live, major, settings: [], size: 'small' }, options);
}

/** As `openThrowaway`, where what it is to be like is known already. */
export async function openThrowawayLike(wish: ThrowawayWish, options: Options): Promise<Scratch> {
  const { live, major, size } = wish;
  const { environment, signal } = options;
  const user = await serverUser();
  const sweeping = sweepFolders(environment, user);
  const [folders, cache] = await Promise.all([binFolders(options), openCache(environment)]);
  const cluster = await openCluster({
    folders,
    choose: (found) => chosen(found, major, options),
    isWanted: (version) => major !== null && majorOf(version) === major,
    locale: live?.locale ?? plainLocale,
    bootstrap: live?.bootstrap ?? firstSuperuser,
    settings: [...(live?.serverSettings ?? []), ...wish.settings],
    ...{ elsewhere: elsewhere(options.like), size, cache, user, environment, signal },
  });
  try {
    return await scratchIn(cluster, live, options, sweeping);
  } catch (error) {
    await cluster[Symbol.asyncDispose]();
    throw error;
  }
}

async function scratchIn(
  cluster: Cluster,
  live: Live | null,
  { environment, signal }: Options,
  sweeping: Promise<void>,
): Promise<Scratch> {
  const target = targetOf(cluster, live, environment);
  const limits = live === null ? [] : await prepared(target, live, signal);
  const user = live === null ? firstSuperuser : migratorOf(live);
  const settings = startupSettings(live?.sessionSettings ?? []);
  return {
    description: `${target.display} (${cluster.bin})`,
    limits: [...localeLimit(cluster, live), ...limits],
    connect: () => connectTo(target, { user, settings }, signal),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([cluster[Symbol.asyncDispose](), sweeping]);
    },
  };
}

function targetOf(
  { folder, version }: Cluster,
  live: Live | null,
  environment: Options['environment'],
): ConnectTarget {
  return {
    display: `a throwaway PostgreSQL ${version}`,
    environment,
    conninfo: {
      hosts: [{ host: folder, port }],
      user: live?.bootstrap ?? firstSuperuser,
      database: live === null ? pristineDatabase : scratchName(live),
      sslmode: 'disable',
      ...{ params: {}, pool: {}, settings: {} },
    },
  };
}

async function prepared(
  target: ConnectTarget,
  live: Live,
  signal: AbortSignal,
): Promise<readonly string[]> {
  await using outside = await connectTo(target, { database: 'template1' }, signal);
  const limits = await prepareCluster(outside, live);
  const inside = publicSchemaSql(live);
  if (inside.length > 0) {
    await using session = await connectTo(target, {}, signal);
    await run(session, inside);
    limits.push('The rights on schema public are taken over as they are, not compared.');
  }
  return limits;
}

function localeLimit(cluster: Cluster, live: Live | null): readonly string[] {
  if (live === null || cluster.locale === live.locale) return [];
  const [here, there] = [localeLabel(cluster.locale), localeLabel(live.locale)];
  return [`Texts are stored and sorted by ${here}; the live database has ${there}.`];
}

/** The first of the wanted major, else the newest of all. */
function chosen(
  found: readonly Binaries[],
  major: number | null,
  { binaries, like }: Options,
): Binaries {
  const wanted =
    major === null
      ? found.toSorted((a, b) => Number.parseFloat(b.version) - Number.parseFloat(a.version))
      : found.filter((one) => one.major === major);
  const [best] = wanted;
  if (best) return best;
  const name = major === null ? 'PostgreSQL' : `PostgreSQL ${major}`;
  const there = found.map(({ version, path }) => `${version} in ${path}`).join(', ');
  throw new JemError('scratch-unavailable', `The programs of ${name} are not on this machine`, {
    why: there === '' ? `${binaries ?? 'No usual place'} holds none.` : `Found: ${there}.`,
    hint: `Install postgresql${major === null ? '' : `-${major}`}, or ${elsewhere(like)}`,
  });
}

/** Where else things can be tried; a backup has no server beside it. */
function elsewhere(like: Options['like']): string {
  const url = 'name a database to try things in: --scratch URL';
  return like === null ? url : `${url}, or --scratch same-server`;
}
