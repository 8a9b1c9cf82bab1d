import { identifier, literal } from '../quoting.ts';
import { ddlSetting } from './ddl-settings.ts';
import type { Live, LiveGrant, LiveMembership, LiveRole, LiveSetting } from './live.ts';

/** Creates the live server's roles, without passwords, but for those that are there already. */
export function createRoles({ roles, bootstrap }: Live, migrator: string): readonly string[] {
  return roles
    .filter(({ rolname }) => rolname !== bootstrap)
    .map((role) => `CREATE ROLE ${identifier(role.rolname)} ${attributes(role, migrator)}`);
}

/** The migrator may be a role that nobody logs in as. */
function attributes(role: LiveRole, migrator: string): string {
  const words: readonly (readonly [string, boolean])[] = [
    ['SUPERUSER', role.rolsuper],
    ['INHERIT', role.rolinherit],
    ['CREATEROLE', role.rolcreaterole],
    ['CREATEDB', role.rolcreatedb],
    ['LOGIN', role.rolcanlogin || role.rolname === migrator],
    ['REPLICATION', role.rolreplication],
    ['BYPASSRLS', role.rolbypassrls],
  ];
  return words.map(([word, on]) => (on ? word : `NO${word}`)).join(' ');
}

/** Grants roles to roles. Several grants of one, each by another role, become one. */
export function grantRoles({ memberships }: Live): readonly string[] {
  const pairs = new Map<string, readonly LiveMembership[]>();
  for (const one of memberships) {
    const pair = JSON.stringify([one.role, one.member]);
    pairs.set(pair, [...(pairs.get(pair) ?? []), one]);
  }
  return [...pairs.values()].map(grantRole);
}

function grantRole(grants: readonly LiveMembership[]): string {
  const [first] = grants;
  const grant = `GRANT ${identifier(first?.role ?? '')} TO ${identifier(first?.member ?? '')}`;
  const admin = grants.some((one) => one.admin);
  if (first?.set === null) return admin ? `${grant} WITH ADMIN OPTION` : grant;
  const inherit = grants.some((one) => one.inherit);
  const set = grants.some((one) => one.set);
  return `${grant} WITH ADMIN ${admin}, INHERIT ${inherit}, SET ${set}`;
}

/** ALTER DATABASE and ALTER ROLE … SET, for the settings that bear on DDL. */
export function copySettings(
  { roleSettings }: Pick<Live, 'roleSettings'>,
  database: string,
): readonly string[] {
  return roleSettings.flatMap((one) =>
    one.settings.flatMap((text) => {
      const setting = ddlSetting(text);
      return setting ? alterSetting(owner(one, database), ...setting) : [];
    }),
  );
}

function owner({ role, inDatabase }: LiveSetting, database: string): string {
  if (role === null) return `DATABASE ${identifier(database)}`;
  return `ROLE ${identifier(role)}${inDatabase ? ` IN DATABASE ${identifier(database)}` : ''}`;
}

/** A list of names is kept quoted: only a session that has set it can hand it on unharmed. */
function alterSetting(whose: string, name: string, value: string): readonly string[] {
  if (name !== 'search_path') return [`ALTER ${whose} SET ${name} = ${literal(value)}`];
  return [
    `SELECT set_config('search_path', ${literal(value)}, false)`,
    `ALTER ${whose} SET search_path FROM CURRENT`,
    'RESET search_path',
  ];
}

/** Gives an object the grants of the live one; `what` is `DATABASE "app"`. Null: the defaults. */
export function copyGrants(what: string, grants: readonly LiveGrant[] | null): readonly string[] {
  if (grants === null) return [];
  const given = grants.map(({ grantee, privilege, grantable }) => {
    const to = grantee === null ? 'PUBLIC' : identifier(grantee);
    return `GRANT ${privilege} ON ${what} TO ${to}${grantable ? ' WITH GRANT OPTION' : ''}`;
  });
  return [`REVOKE ALL ON ${what} FROM PUBLIC`, ...given];
}
