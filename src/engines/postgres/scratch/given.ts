import { JemError } from '../../../errors.ts';
import type { Target } from '../../engine.ts';
import type { Scratch, ScratchOptions } from '../../engine.ts';
import type { PostgresTarget } from '../target.ts';
import { connectTo } from './connect.ts';
import { createGuests, dropGuests } from './guest-roles.ts';
import { leaksOut } from './leaks.ts';
import { type Live, readLive } from './live.ts';
import { localeLabel } from './locale.ts';
import { newName, openOwnDatabase } from './own-database.ts';
import { dropUserObjects, extensionNames, someUserObjects } from './user-objects.ts';
import { rightsOf, serverLimits, startIn, type Visit } from './visit.ts';

/**
 * The user's own place: an empty database, which is left as it was found, or a server, named by
 * its maintenance database, on which one is made. Throws `scratch-refused` where it is in use.
 */
export async function openGiven(options: ScratchOptions, place: Target): Promise<Scratch> {
  const { like, ledgerTable, signal } = options;
  const live = like && (await readLive(like, ledgerTable));
  const version = like?.serverVersion ?? null;
  return openGivenFor({ live: () => live, version, place, signal });
}

interface GivenWish {
  /** What the database is to be like, for the user of a session there. */
  readonly live: (user: string) => Live | null;
  /** Of the live server; null where there is none. */
  readonly version: string | null;
  readonly place: Target;
  readonly signal: AbortSignal;
}

/** As `openGiven`, where what it is to be like is known already. */
export async function openGivenFor(wish: GivenWish): Promise<Scratch> {
  const { place, version, signal } = wish;
  if (!isPostgres(place))
    throw new JemError('scratch-refused', `${place.display} is no database of PostgreSQL`, {
      why: 'Things are tried in a database of the kind that they are for.',
      hint: 'Name an empty database, or a server: --scratch postgres://…/postgres',
    });
  const name = newName();
  const params = { ...place.conninfo.params, application_name: name };
  const admin = await connectTo(place, { params }, signal);
  try {
    const rights = await rightsOf({ admin });
    const live = wish.live(rights.user);
    const visit: Visit = { target: place, admin, live, signal };
    const isServer = /^(postgres|template1)$/.test(place.conninfo.database);
    if (!isServer) await refuseUsed(visit);
    const roles = live ? await createGuests(admin, live, rights.superuser) : [];
    const leaving = live ? () => dropGuests(admin) : async () => {};
    const scratch = isServer
      ? await openOwnDatabase(visit, name, leaving)
      : await openEmpty(visit, leaving);
    return { ...scratch, limits: [...serverLimits(visit, version), ...roles, ...scratch.limits] };
  } catch (error) {
    await dropGuests(admin).catch(() => {});
    await admin[Symbol.asyncDispose]();
    throw error;
  }
}

export function isPostgres(place: Target): place is PostgresTarget {
  return place.engine === 'postgres' && 'conninfo' in place;
}

async function refuseUsed({ admin, live, target }: Visit): Promise<void> {
  const [row] = await admin.query(
    `SELECT oid::text AS oid, pg_postmaster_start_time()::text AS started
    FROM pg_database WHERE datname = current_database()`,
  );
  const same = row?.['oid'] === live?.databaseOid && row?.['started'] === live?.startedAt;
  const objects = same ? [] : await someUserObjects(admin);
  if (!same && objects.length === 0) return;
  throw new JemError('scratch-refused', `${target.display} is not for trying things in`, {
    why: same
      ? 'It is the very database that the migrations are for.'
      : `It is not empty: ${objects.slice(0, 3).join(', ')}${objects.length > 3 ? ' …' : ''}.`,
    hint: 'Name an empty database, or a server on which one may be made: --scratch postgres://…/postgres',
  });
}

async function openEmpty(visit: Visit, leaving: () => Promise<void>): Promise<Scratch> {
  const { admin, live, target, signal } = visit;
  const kept = await extensionNames(admin);
  const start = await startIn(visit, await rightsOf(visit));
  return {
    description: `the empty database ${target.display}, PostgreSQL ${admin.serverVersion}`,
    limits: [...(await localeLimit(visit, live)), ...start.limits],
    leaks: leaksOut,
    connect: () => connectTo(target, { settings: start.settings }, signal),
    [Symbol.asyncDispose]: async () => {
      await dropUserObjects(admin, kept).catch(() => {});
      await leaving().catch(() => {});
      await admin[Symbol.asyncDispose]();
    },
  };
}

async function localeLimit({ admin }: Visit, live: Live | null): Promise<readonly string[]> {
  if (live === null) return [];
  const { locale } = await readLive(admin, 'jem_db_migrations');
  const [here, there] = [localeLabel(locale), localeLabel(live.locale)];
  if (here === there) return [];
  return [`Texts are stored and sorted by ${here}; the live database has ${there}.`];
}
