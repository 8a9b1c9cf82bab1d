import { JemError } from '../../../errors.ts';
import type { RestoreOptions, LogicalSource } from '../../backing-up.ts';
import { identifier } from '../quoting.ts';
import { majorOf } from '../scratch/binaries.ts';
import { arrayOf } from '../scratch/prepare.ts';
import type { PostgresSession } from '../session.ts';
import type { ArchiveEntry } from './archive.ts';
import { missingExtensions } from './extensions.ts';
import type { BackupFacts } from './facts.ts';
import type { Place } from './place.ts';

/** What the user of a session may do on its server. */
export interface ServerRights {
  readonly user: string;
  readonly superuser: boolean;
  readonly createDatabase: boolean;
}

const rightsSql = `
SELECT current_user::text AS "user", rolsuper AS superuser, rolcreatedb OR rolsuper AS "createDatabase",
  pg_is_in_recovery() AS standby, pg_backend_pid() AS pid
FROM pg_roles WHERE rolname = current_user`;

/** Throws `read-only-target` on a standby, `pooler-in-the-way` behind a pooler. */
export async function rightsOn(session: PostgresSession): Promise<ServerRights> {
  const [row] = await session.query(rightsSql);
  if (row?.['standby'] === true)
    throw new JemError(
      'read-only-target',
      `${session.server} is a standby: nothing can be restored there`,
      {
        why: 'It copies another server.',
        hint: 'Name the primary.',
      },
    );
  if (row?.['pid'] !== session.backendPid)
    throw new JemError(
      'pooler-in-the-way',
      'A backup cannot be restored through a connection pooler',
      {
        why: `${session.display} goes through a pooler (PgBouncer, say), whose sessions are not one server's own.`,
        hint: 'Name the server itself.',
      },
    );
  return {
    user: String(row['user']),
    superuser: row['superuser'] === true,
    createDatabase: row['createDatabase'] === true,
  };
}

/** Throws `restore-refused` where the server is older than the one the backup was taken of. */
export function refuseOlderServer({ any }: Place, { serverVersion }: LogicalSource): void {
  if (majorOf(any.serverVersion) >= majorOf(serverVersion)) return;
  throw new JemError('restore-refused', `${any.server} is older than the backup`, {
    why: `It is PostgreSQL ${any.serverVersion}; the backup was taken of ${serverVersion}. What a newer version writes, an older one need not understand.`,
    hint: `Restore into PostgreSQL ${majorOf(serverVersion)} or newer.`,
  });
}

/** Throws `restore-refused` where the server lacks extensions or roles, with what makes them. */
export async function refuseMissing(
  { any }: Place,
  facts: BackupFacts,
  options: RestoreOptions,
): Promise<void> {
  const extensions = await missingExtensions(any, facts);
  if (extensions.length > 0)
    throw new JemError(
      'restore-refused',
      `Not installed on ${any.server}: extension ${extensions.join(', ')}`,
      {
        why: 'The backup uses it; the files of an extension belong to the server’s programs.',
        hint: `Install the packages for PostgreSQL ${majorOf(any.serverVersion)} there. Nothing was done.`,
      },
    );
  if (options.noOwner === true) return;
  const rows = await any.query(
    `SELECT w.name FROM unnest($1::text[]) w(name)
    WHERE NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = w.name) ORDER BY 1`,
    [arrayOf(facts.named)],
  );
  const roles = rows.map((row) => String(row['name']));
  if (roles.length === 0) return;
  throw new JemError('restore-refused', `Missing on ${any.server}: ${rolesNamed(roles)}`, {
    why: 'The backup names them as owners or in grants; roles belong to the server, not to the database. Nothing was done.',
    hint: `Create them: ${roles.map((role) => `CREATE ROLE ${identifier(role)};`).join(' ')} Or restore without owners and grants: --no-owner`,
  });
}

function rolesNamed(roles: readonly string[]): string {
  return `${roles.length === 1 ? 'role' : 'roles'} ${roles.join(', ')}`;
}

/** Throws `restore-refused` where the user may not give objects to those who owned them. */
export async function refuseForeignOwners(
  { any }: Place,
  { named }: BackupFacts,
  entries: readonly ArchiveEntry[],
  { user, superuser }: ServerRights,
): Promise<void> {
  if (superuser) return;
  const owners = named.filter((role) => entries.some(({ text }) => text.endsWith(` ${role}`)));
  const right = majorOf(any.serverVersion) >= 16 ? 'SET' : 'MEMBER';
  const rows = await any.query(
    `SELECT rolname::text AS name FROM pg_roles
    WHERE rolname = ANY ($1::text[]) AND NOT pg_has_role(oid, $2) ORDER BY 1`,
    [arrayOf(owners), right],
  );
  const foreign = rows.map((row) => String(row['name']));
  if (foreign.length === 0) return;
  throw new JemError(
    'restore-refused',
    `${user} may not restore what belongs to ${foreign.join(', ')}`,
    {
      why: 'Only a superuser or a member of a role can give objects to it. Nothing was done.',
      hint: `${foreign.map((role) => `GRANT ${identifier(role)} TO ${identifier(user)};`).join(' ')} Or restore without owners and grants: --no-owner`,
    },
  );
}

/** What of pg_restore's options the user's wish for owners is. */
export function ownerOptions({ noOwner }: RestoreOptions): readonly string[] {
  return noOwner === true ? ['--no-owner', '--no-privileges'] : [];
}
