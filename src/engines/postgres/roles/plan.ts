import {
  roleAreas,
  type RoleDeviation,
  type RolesComparison,
  type WantedRole,
  type WantedRoles,
} from '../../roles.ts';
import { attributeDeviations } from './attributes.ts';
import { databaseDeviations, schemaDeviations } from './containers.ts';
import { defaultDeviations } from './defaults.ts';
import { loginDeviations } from './logins.ts';
import { membershipDeviations } from './memberships.ts';
import { objectDeviations, ownershipDeviations } from './objects.ts';
import { lacksToGrant, type Planning } from './planning.ts';
import type { Seen } from './seen.ts';
import { serverFileDeviations } from './server-files.ts';
import { settingDeviations } from './settings.ts';

const parts: readonly ((planning: Planning) => RoleDeviation[])[] = [
  attributeDeviations,
  settingDeviations,
  loginDeviations,
  membershipDeviations,
  databaseDeviations,
  schemaDeviations,
  ownershipDeviations,
  objectDeviations,
  defaultDeviations,
  serverFileDeviations,
];

/**
 * Everything that differs from the set, in the order in which it must be mended. `whole`: with all
 * that is needed, as if nothing of it were there.
 */
export function deviations(
  wanted: WantedRoles,
  seen: Seen,
  { whole } = { whole: false },
): RoleDeviation[] {
  const owner = ownerOf(wanted);
  const found = parts.flatMap((part) => part({ wanted, seen, whole, owner }));
  return roleAreas.flatMap((area) => found.filter((deviation) => deviation.area === area));
}

/** All that the current user lacks to mend it. */
function lacking(wanted: WantedRoles, seen: Seen, found: readonly RoleDeviation[]): string[] {
  const owner = ownerOf(wanted);
  const mended = found.filter(({ sql }) => sql.length > 0);
  const acting =
    mended.length > 0 && !seen.me.actsAsOwner
      ? lacksToGrant({ wanted, seen, whole: false, owner }, owner.name)
      : null;
  const all = [acting, ...mended.map(({ lacks }) => lacks)];
  return [...new Set(all.filter((each) => each !== null))];
}

function ownerOf({ roles }: WantedRoles): WantedRole {
  const owner = roles.find(({ kind }) => kind === 'owner');
  if (owner) return owner;
  throw new Error('a set of roles without an owner');
}

export function comparison(wanted: WantedRoles, seen: Seen): RolesComparison {
  const logins = wanted.roles.filter(({ kind }) => kind !== 'owner');
  const found = deviations(wanted, seen);
  return {
    database: seen.database,
    user: seen.me.name,
    deviations: found,
    lacking: lacking(wanted, seen, found),
    unseen:
      seen.passwords === null
        ? [
            {
              what: 'whether each role has a password, and how it is kept',
              needs: 'superuser, or GRANT SELECT ON pg_catalog.pg_authid',
            },
          ]
        : [],
    passwords: Object.fromEntries(
      logins.map(({ name }) => [name, seen.passwords?.get(name) ?? null]),
    ),
    existing: wanted.roles.map(({ name }) => name).filter((name) => seen.roles.has(name)),
  };
}
