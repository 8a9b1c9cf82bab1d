import { JemError } from '../../../errors.ts';
import type { RestoreOptions } from '../../backing-up.ts';
import type { Target } from '../../engine.ts';
import { openPostgres } from '../connection.ts';
import type { Conninfo } from '../conninfo.ts';
import { isPostgres } from '../scratch/given.ts';
import type { PostgresSession } from '../session.ts';
import type { PostgresTarget } from '../target.ts';
import { type Existing, readExisting } from './existing.ts';

/** The database that a backup is to be restored into, and the server it is on. */
export interface Place extends AsyncDisposable {
  readonly target: PostgresTarget;
  readonly name: string;
  /** Null: it is not there. */
  readonly existing: Existing | null;
  /** In the database; null where it is not there, and once `leave` was called. */
  inside(): PostgresSession | null;
  /** Closes the session in the database: nobody may be in it when it gets another name. */
  leave(): Promise<void>;
  /** In another database of the same server; null where no other lets this user in. */
  readonly admin: PostgresSession | null;
  /** `admin`, or else the session in the database. */
  readonly any: PostgresSession;
}

/**
 * Connects to where a backup is to be restored. Throws the errors of a connection, but not for a
 * database that is not there. `name`: what the session beside the database is called.
 */
export async function openPlace(
  into: Target,
  options: Pick<RestoreOptions, 'signal' | 'connectTimeout'>,
  name = 'jem-db',
): Promise<Place> {
  if (!isPostgres(into))
    throw new JemError('restore-refused', `${into.display} is no database of PostgreSQL`, {
      why: 'A backup is restored into a database of the kind that it was taken of.',
      hint: 'Name one: --into postgres://…',
    });
  let inside = await open(into, options).catch(unlessMissing);
  try {
    const admin = await openBeside(into, inside, { ...options, name });
    const leave = async () => {
      await inside?.[Symbol.asyncDispose]();
      inside = null;
    };
    const any = admin ?? inside;
    if (any === null) throw new Error('neither session is open');
    return {
      ...{ target: into, name: into.conninfo.database, admin, any, leave, inside: () => inside },
      existing: await readExisting(any, into.conninfo.database),
      [Symbol.asyncDispose]: async () => {
        await Promise.all([leave(), admin?.[Symbol.asyncDispose]()]);
      },
    };
  } catch (error) {
    await inside?.[Symbol.asyncDispose]();
    throw error;
  }
}

function open(
  { display, environment, conninfo }: PostgresTarget,
  { signal, connectTimeout }: Pick<RestoreOptions, 'signal' | 'connectTimeout'>,
  changes: Partial<Conninfo> = {},
): Promise<PostgresSession> {
  return openPostgres(
    { display, environment, conninfo: { ...conninfo, ...changes } },
    {
      ...{ signal, connectTimeout, applicationName: 'jem-db', mode: 'existing' },
      warn: () => {},
    },
  );
}

function unlessMissing(error: unknown): null {
  if (error instanceof JemError && error.code === 'database-missing') return null;
  throw error;
}

/** The databases that every server has, unless somebody dropped one. */
const maintenance: readonly string[] = ['postgres', 'template1'];

async function openBeside(
  target: PostgresTarget,
  inside: PostgresSession | null,
  options: Pick<RestoreOptions, 'signal' | 'connectTimeout'> & { readonly name: string },
): Promise<PostgresSession | null> {
  // The very server that answered, where there are several.
  const there = inside?.there ?? target.conninfo;
  const params = { ...there.params, application_name: options.name };
  let last: unknown;
  for (const database of maintenance.filter((one) => one !== target.conninfo.database)) {
    try {
      return await open({ ...target, conninfo: there }, options, { database, params });
    } catch (error) {
      options.signal.throwIfAborted();
      last = error;
    }
  }
  if (inside === null) throw last;
  return null;
}
