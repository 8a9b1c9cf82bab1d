import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { JemError } from '../../../errors.ts';
import type { RestoreCheck, RestoreSource } from '../../backing-up.ts';
import type { BaseBackups, RestoredCluster } from '../../engine.ts';
import { amcheckAll } from '../backup/amcheck.ts';
import type { ConnectTarget } from '../connection.ts';
import type { OsUser } from '../programs.ts';
import { recoveredOf } from '../recovery/recovered.ts';
import { beginReplay, type Replaying } from '../recovery/replaying.ts';
import { foldersWith, majorOf, withVersions } from '../scratch/binaries.ts';
import { connectTo } from '../scratch/connect.ts';
import { makeFolder, port, sweepFolders } from '../scratch/folders.ts';
import { serverUser } from '../scratch/os-user.ts';
import type { Server } from '../scratch/server.ts';
import { assemble, bytesOf, lastOf, requireOneCluster } from './assemble.ts';
import { requireReadable } from './decompress.ts';
import { baseFactsOf } from './facts.ts';
import { giveUpPrepared } from './prepared.ts';
import { settleTree } from './settle.ts';
import { startThrowaway } from './start-throwaway.ts';
import { configureThrowaway } from './throwaway.ts';
import { tablespacesOf } from './unpack.ts';

type Options = Parameters<BaseBackups['restoreIntoScratch']>[1];

/** Bytes of a cluster that may well lie in memory. */
const small = 128 * 1024 ** 2;

/**
 * Restores a cluster into a throwaway folder, starts a server of its major version on it with the
 * WAL of the backup alone, or of an archive, and waits until it is recovered. Throws `scratch-unavailable`,
 * `backup-corrupt`, `restore-failed`.
 */
export async function restoreClusterIntoScratch(
  chain: readonly RestoreSource[],
  options: Options,
): Promise<RestoredCluster> {
  const { environment, signal, place, recovery } = options;
  if (place !== null) throw elsewhere();
  requireOneCluster(chain);
  const last = lastOf(chain);
  const facts = baseFactsOf(last.facts);
  for (const one of chain) requireReadable(baseFactsOf(one.facts).compression);
  const bin = await serverPrograms(last.serverVersion, chain.length > 1, options);
  const user = await serverUser();
  const sweeping = sweepFolders(environment, user);
  const start = performance.now();
  const bytes = chain.reduce((sum, one) => sum + bytesOf(one), 0);
  const folder = await makeFolder(environment, { user, size: bytes > small ? 'large' : 'small' });
  const { server, replaying, unpacked, raised } = await started(
    chain,
    { bin, folder, user },
    options,
  );
  const end = performance.now();
  const restoreMs = Math.round(end - start);
  const target = targetIn(folder, last, environment);
  const connect = (database?: string) =>
    connectTo(target, database === undefined ? {} : { database }, signal);
  const dispose = async (): Promise<void> => {
    await Promise.all([server[Symbol.asyncDispose](), sweeping]);
    await replaying?.[Symbol.asyncDispose]();
  };
  const measured = {
    unpackMs: Math.round(unpacked - start),
    replayMs: Math.round(end - unpacked),
    log: replaying?.log() ?? '',
  };
  const looking = async () => ({
    prepared: await giveUpPrepared(connect),
    recovered: recovery && (await recoveredOf(connect, recovery, measured)),
  });
  const { prepared, recovered } = await looking().catch(async (error: unknown) => {
    await dispose();
    throw error;
  });
  return {
    description: `${target.display} (${bin})`,
    limits: [
      ...(recovery
        ? []
        : ['Recovered to the end of the backup alone: the WAL archive was not asked.']),
      ...(raised.length > 0
        ? [
            `The log was written with more than the backup's own postgresql.conf may have; a server that is recovered for real needs it too: ${raised.join(', ')}.`,
          ]
        : []),
      'Its settings are ours: what postgresql.conf says, preloaded libraries too, was not tried.',
    ],
    restoreMs,
    recovered,
    connect,
    async check() {
      await using session = await connect();
      const verified: RestoreCheck = {
        id: 'pg_verifybackup',
        ok: true,
        detail: 'every file is what the server sent, and all WAL that it needs is there',
      };
      const opened: RestoreCheck = {
        id: 'opens',
        ok: true,
        detail: `consistent at ${recovered?.lsn ?? facts.stopLsn}, and database ${facts.database} opens${prepared === 0 ? '' : `; prepared transactions: ${prepared}, rolled back here to look behind their locks`}`,
      };
      return [verified, opened, ...(await amcheckAll(session, options))];
    },
    [Symbol.asyncDispose]: dispose,
  };
}

interface Started {
  readonly server: Server;
  /** Null: with the log of the backup alone. */
  readonly replaying: Replaying | null;
  /** When its files were there, as `performance.now` tells it. */
  readonly unpacked: number;
  /** What it needed more of than the backup had, as `max_connections = 300`. */
  readonly raised: readonly string[];
}

interface Place {
  readonly bin: string;
  readonly folder: string;
  readonly user: OsUser;
}

/** The folder is gone where it fails. */
async function started(
  chain: readonly RestoreSource[],
  { bin, folder, user }: Place,
  { signal, onProgress, recovery }: Options,
): Promise<Started> {
  let server: Server | null = null;
  let replaying: Replaying | null = null;
  try {
    const data = join(folder, 'data');
    const parts = join(folder, 'parts');
    await mkdir(parts, { mode: 0o700 });
    const last = lastOf(chain);
    const placeOf = ({ oid }: { readonly oid: string }): string => join(folder, `space-${oid}`);
    const places = tablespacesOf(last).map(placeOf);
    for (const one of places) await mkdir(one, { mode: 0o700 });
    const tools = { bin, major: majorOf(last.serverVersion) };
    await assemble(chain, tools, { data, parts, placeOf, signal, onProgress });
    const had = await configureThrowaway(data, bin, signal);
    const { segmentSize: segmentBytes } = baseFactsOf(last.facts);
    const replay = { folder, user, segmentBytes, signal, onProgress };
    replaying = recovery && (await beginReplay(recovery, replay));
    for (const tree of [data, ...places])
      await settleTree(tree, { owner: user, lasting: false, signal });
    onProgress({ done: 0, total: 0, what: 'replaying the WAL of the backup' });
    const unpacked = performance.now();
    const { onLog = () => {} } = replaying ?? {};
    const start = await startThrowaway({ bin, folder, user, settings: [], signal, onLog }, had);
    server = start.server;
    const { words, raised } = start;
    if (words === null) return { server, replaying, unpacked, raised };
    if (replaying) throw replaying.failed(words);
    throw new JemError('restore-failed', 'The restored cluster does not start', {
      why: `The server of ${bin} said: ${words}`,
      hint: 'Restore another backup: jem-db backup list',
    });
  } catch (error) {
    await server?.[Symbol.asyncDispose]();
    await replaying?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true }).catch(() => {});
    throw error;
  }
}

async function serverPrograms(
  serverVersion: string,
  combines: boolean,
  { binaries, environment, signal }: Options,
): Promise<string> {
  const major = majorOf(serverVersion);
  const more = combines ? ['pg_combinebackup'] : [];
  const folders = await foldersWith(
    ['postgres', 'pg_verifybackup', 'pg_waldump', 'pg_controldata', ...more],
    { binaries, environment, signal },
  );
  const found = await withVersions(folders, signal);
  const best = found.find((one) => one.major === major);
  if (best) return best.path;
  const there = found.map(({ version, path }) => `${version} in ${path}`).join(', ');
  throw new JemError(
    'scratch-unavailable',
    `The programs of PostgreSQL ${major} are not on this machine`,
    {
      why: there === '' ? `${binaries ?? 'No usual place'} holds none.` : `Found: ${there}.`,
      hint: `Install postgresql-${major}, or name the folder of its programs: --postgres-bin DIR`,
    },
  );
}

function targetIn(
  folder: string,
  { serverVersion, facts }: RestoreSource,
  environment: Options['environment'],
): ConnectTarget {
  const { superuser, database } = baseFactsOf(facts);
  return {
    display: `a throwaway PostgreSQL ${serverVersion}`,
    environment,
    conninfo: {
      hosts: [{ host: folder, port }],
      user: superuser ?? 'postgres',
      database,
      sslmode: 'disable',
      ...{ params: {}, pool: {}, settings: {} },
    },
  };
}

function elsewhere(): JemError {
  return new JemError(
    'scratch-unavailable',
    'A base backup is proved on a server of its own alone',
    {
      why: 'It is a whole cluster: no other server can take it in.',
      hint: 'Leave --scratch out; --postgres-bin DIR names the programs to start it with.',
    },
  );
}
