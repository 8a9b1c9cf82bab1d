import { JemError } from '../../../errors.ts';
import type { ConnectTarget } from '../connection.ts';
import type { PostgresSession } from '../session.ts';
import { majorOf } from './binaries.ts';
import { roleToTake } from './guest-roles.ts';
import { type Live, migratorOf } from './live.ts';
import { startupSettings } from './prepare.ts';

/** A server that is not ours, with a session that stays open as long as the scratch database. */
export interface Visit {
  readonly target: ConnectTarget;
  readonly admin: PostgresSession;
  readonly live: Live | null;
  readonly signal: AbortSignal;
}

/** Rights of the session's role. */
export interface Rights {
  readonly user: string;
  readonly superuser: boolean;
  readonly standby: boolean;
}

/** Throws `scratch-unavailable` on a standby. */
export async function rightsOf({ admin }: Pick<Visit, 'admin'>): Promise<Rights> {
  const [row] = await admin.query(
    `SELECT current_user AS user, rolsuper, pg_is_in_recovery() AS standby
    FROM pg_roles WHERE rolname = current_user`,
  );
  if (row?.['standby'] === true)
    throw new JemError('scratch-unavailable', `${admin.display} is a standby`, {
      why: 'No database can be made there: it copies another server.',
      hint: 'Name another server to try things in: --scratch URL',
    });
  return { user: String(row?.['user']), superuser: row?.['rolsuper'] === true, standby: false };
}

/** What a session in the scratch database starts with, and the limits where it may not. */
export async function startIn({ admin, live }: Visit, { user }: Rights) {
  if (live === null) return { settings: {}, limits: [] };
  const role = await roleToTake(admin, live);
  const settings = startupSettings(live.sessionSettings);
  const migrator = migratorOf(live);
  if (role !== null) return { settings: { ...settings, role }, limits: [] };
  const limits =
    user === migrator
      ? []
      : [`Migrations run as ${user}, which may not become ${migrator}: owners and grants differ.`];
  return { settings, limits };
}

/** What another server may do otherwise. */
export function serverLimits({ admin }: Visit, version: string | null) {
  if (version === null || majorOf(version) === majorOf(admin.serverVersion)) return [];
  return [
    `The scratch database is of PostgreSQL ${admin.serverVersion}, the live one of ${version}.`,
  ];
}
