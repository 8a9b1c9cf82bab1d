import { identifier } from '../quoting.ts';
import type { PostgresSession } from '../session.ts';
import { type Live, migratorOf } from './live.ts';
import { createRoles } from './roles.ts';

/** Marks the roles that are there for the time of a scratch database. */
const mark = 'made by jem-db for a scratch database';

/**
 * Creates what is missing of the live server's roles on a server of the user's, without the right
 * to log in. Answers the limits where the session may not.
 */
export async function createGuests(
  session: PostgresSession,
  live: Live,
  superuser: boolean,
): Promise<readonly string[]> {
  const rows = await session.query('SELECT rolname FROM pg_roles');
  const there = new Set(rows.map((row) => row['rolname']));
  const roles = live.roles
    .filter(({ rolname }) => !there.has(rolname))
    .map((role) => (superuser ? role : powerless(role)))
    .map((role) => ({ ...role, rolcanlogin: false }));
  if (roles.length === 0) return [];
  const created = createRoles({ ...live, roles, bootstrap: '' }, '');
  const comments = roles.map(
    ({ rolname }) => `COMMENT ON ROLE ${identifier(rolname)} IS '${mark}'`,
  );
  try {
    await session.query([...created, ...comments].join(';\n'));
    return [];
  } catch {
    const names = roles.map(({ rolname }) => rolname);
    return [
      `Roles of the live server are missing here and may not be created: ${names.slice(0, 5).join(', ')}${names.length > 5 ? ' …' : ''}.`,
    ];
  }
}

function powerless<T extends Live['roles'][number]>(role: T): T {
  return { ...role, rolsuper: false, rolreplication: false, rolbypassrls: false };
}

/** Drops the roles made for scratch databases; one that another scratch database uses stays. */
export async function dropGuests(session: PostgresSession): Promise<void> {
  const rows = await session.query(
    `SELECT rolname FROM pg_roles WHERE shobj_description(oid, 'pg_authid') = '${mark}'`,
  );
  for (const row of rows) {
    await session.query(`DROP ROLE ${identifier(String(row['rolname']))}`).catch(() => {});
  }
}

/** The role to take on after logging in, where the session may; null: it stays as it is. */
export async function roleToTake(session: PostgresSession, live: Live): Promise<string | null> {
  const migrator = migratorOf(live);
  const right = Number.parseInt(session.serverVersion, 10) >= 16 ? 'SET' : 'MEMBER';
  const rows = await session.query(
    `SELECT pg_has_role(oid, '${right}') AND rolname <> current_user AS take
    FROM pg_roles WHERE rolname = $1`,
    [migrator],
  );
  return rows[0]?.['take'] === true ? migrator : null;
}
