import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { userInfo } from 'node:os';
import { JemError } from '../../../errors.ts';
import type { Restored, RestoreSource } from '../../backing-up.ts';
import type { BaseRestoreOptions } from '../../base-backup.ts';
import type { OsUser } from '../programs.ts';
import { configureRecovery } from '../recovery/settings.ts';
import { serverUser } from '../scratch/os-user.ts';
import { assemble, lastOf, requireOneCluster } from './assemble.ts';
import { requireReadable } from './decompress.ts';
import { baseFactsOf } from './facts.ts';
import { emptyFolder, lookAtFolder, namesIn, ownerOfFolder } from './folder.ts';
import { makePartial, type Partial, partialOf, removePartial, sweepPartial } from './partial.ts';
import { settleTree } from './settle.ts';
import { baseTools } from './tools.ts';
import { type Tablespace, tablespacesOf } from './unpack.ts';

/**
 * Restores a cluster beside the folder and puts it in its place by a rename. Its tablespaces go
 * where they were, or where `mappings` says. What it makes is the owner's of the folder, else of
 * the user who restores; root gives it to the user `postgres`. Throws `restore-refused`,
 * `tool-missing`, `backup-corrupt`, `restore-failed`, `disk-full`.
 */
export async function restoreCluster(
  chain: readonly RestoreSource[],
  options: BaseRestoreOptions,
): Promise<Restored> {
  const start = performance.now();
  const { signal } = options;
  const folder = resolve(options.folder);
  requireOneCluster(chain);
  const last = lastOf(chain);
  for (const { facts } of chain) requireReadable(baseFactsOf(facts).compression);
  const tools = await baseTools(last.serverVersion, chain.length > 1, options);
  const swept = await sweepPartial(folder).catch((error: unknown) => {
    throw systemFailure(error, folder);
  });
  const { holds } = await lookAtFolder(folder);
  if (holds !== null && (!options.clean || swept === 'put back'))
    throw filledMeanwhile(folder, holds, swept);
  const places = await tablespacePlaces(last, options.mappings, folder);
  const owner = await ownerFor(folder);
  const partial = partialOf(folder);
  const { data, parts } = partial;
  const wanted = [...places.values()];
  const made = (await Promise.all(wanted.map(namesIn))).flatMap((names, at) =>
    names === null ? [wanted[at] ?? ''] : [],
  );
  await makePartial(partial, { places: wanted, made }).catch((error: unknown) => {
    throw systemFailure(error, dirname(folder));
  });
  try {
    for (const place of wanted) await mkdir(place, { recursive: true, mode: 0o700 });
    const placeOf = ({ oid }: Tablespace): string => places.get(oid) ?? '';
    await assemble(chain, tools, { ...options, data, parts, placeOf });
    if (options.recovery) await configureRecovery(data, options.recovery);
    options.onProgress({ done: 0, total: 0, what: 'making it last' });
    for (const tree of [data, ...wanted]) await settleTree(tree, { owner, lasting: true, signal });
    signal.throwIfAborted();
    await putInPlace(partial, folder, holds !== null);
  } catch (error) {
    for (const place of wanted) await emptyFolder(place);
    for (const path of made) await rm(path, { recursive: true, force: true });
    await removePartial(partial);
    signal.throwIfAborted();
    throw systemFailure(error, folder);
  }
  await removePartial(partial);
  return {
    way: 'Restored beside the folder and put in its place at the end: a failure would have left it as it was.',
    restoreMs: Math.round(performance.now() - start),
    warnings: [
      ...(swept === 'nothing'
        ? []
        : [`Removed what a restore that was killed had left: ${partial.path}`]),
      ...(await warningsOf(folder, last)),
    ],
  };
}

/** By oid. Throws `restore-refused`, `usage`. */
async function tablespacePlaces(
  source: RestoreSource,
  mappings: BaseRestoreOptions['mappings'],
  folder: string,
): Promise<ReadonlyMap<string, string>> {
  const tablespaces = tablespacesOf(source);
  const unknown = [...mappings.keys()].find(
    (from) => !tablespaces.some(({ location }) => location === from),
  );
  if (unknown !== undefined)
    throw new JemError('usage', `The backup has no tablespace at ${unknown}`, {
      why:
        tablespaces.length === 0
          ? 'It has none outside of its data folder.'
          : `They are at ${tablespaces.map(({ location }) => location).join(', ')}.`,
      hint: 'Write --tablespace-mapping OLD=NEW with the path of the server that was backed up.',
    });
  const places = new Map<string, string>();
  for (const { oid, location } of tablespaces) {
    const place = resolve(mappings.get(location) ?? location);
    const names = await namesIn(place);
    const isWithin = `${place}/`.startsWith(`${folder}/`);
    if ((names !== null && names.length > 0) || isWithin || [...places.values()].includes(place))
      throw new JemError('restore-refused', `A tablespace cannot be restored into ${place}`, {
        why: isWithin
          ? 'It lies within the data folder.'
          : names?.length
            ? `It holds ${names.slice(0, 5).join(', ')}.`
            : 'Another one goes there.',
        hint: `Name another place: --tablespace-mapping ${location}=/some/empty/folder`,
      });
    places.set(oid, place);
  }
  return places;
}

/** Null: the caller, who owns what is made anyway. */
async function ownerFor(folder: string): Promise<OsUser> {
  if (userInfo().uid !== 0) return null;
  const there = await ownerOfFolder(folder);
  return there !== null && there.uid !== 0 ? there : serverUser();
}

async function putInPlace(
  { data, old }: Partial,
  folder: string,
  replaces: boolean,
): Promise<void> {
  if (replaces) await rename(folder, old);
  try {
    await rename(data, folder);
  } catch (error) {
    if (replaces) await rename(old, folder);
    throw error;
  }
  await using above = await open(dirname(folder), 'r');
  await above.sync();
}

async function warningsOf(folder: string, { facts }: RestoreSource): Promise<readonly string[]> {
  const names = (await namesIn(folder)) ?? [];
  return [
    ...(names.includes('standby.signal')
      ? [
          `It was taken from a standby and starts as one: remove ${join(folder, 'standby.signal')} where it is to be a primary.`,
        ]
      : []),
    ...(names.includes('postgresql.conf')
      ? []
      : [
          'The configuration of the server lay outside of its data folder, and is in no base backup: postgresql.conf, pg_hba.conf.',
        ]),
    ...(baseFactsOf(facts).archiveMode === 'off'
      ? []
      : ['It archives its WAL as the original does: change archive_command before both run.']),
  ];
}

function filledMeanwhile(
  folder: string,
  holds: string,
  swept: Awaited<ReturnType<typeof sweepPartial>>,
): JemError {
  const isBack = swept === 'put back';
  return new JemError('restore-refused', `${folder} is not empty`, {
    why: `It holds ${holds}.${isBack ? ' A restore that was killed had moved it away: it is back in its place.' : ''}`,
    hint: isBack ? 'Look at it, then run the command again.' : 'Name another folder.',
  });
}

/** An error of the system in the reader's words. */
function systemFailure(error: unknown, folder: string): unknown {
  if (!(error instanceof Error) || error instanceof JemError || !('syscall' in error)) return error;
  const code = 'code' in error ? String(error.code) : '';
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new JemError('disk-full', `There is no room to restore into ${folder}`, {
      why: 'The disk is full. What was there is as it was.',
      hint: 'Make room, or name a folder on another disk.',
      cause: error,
    });
  const mounted = code === 'EBUSY' || code === 'EXDEV';
  return new JemError('restore-failed', `${folder} cannot be restored into (${code})`, {
    why: mounted
      ? 'A disk is mounted there, and cannot be put in another place.'
      : `${error.message}. What was there is as it was.`,
    hint: mounted
      ? `Name a folder within: --into ${join(folder, 'data')}`
      : 'Check the path, and that this user may write there.',
    cause: error,
  });
}
