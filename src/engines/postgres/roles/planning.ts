import type { RoleDeviation, RoleKind, WantedRole, WantedRoles } from '../../roles.ts';
import type { Seen } from './seen.ts';

/** What a part of the plan is made from. */
export interface Planning {
  readonly wanted: WantedRoles;
  readonly seen: Seen;
  /** Also what is there already: for a script that stands for itself. */
  readonly whole: boolean;
  readonly owner: WantedRole;
}

/** A deviation without what is the same in most. */
type Found = Pick<RoleDeviation, 'code' | 'role' | 'message'> & Partial<RoleDeviation>;

/** Makes the deviations of one part. */
export function inArea(area: RoleDeviation['area']): (found: Found) => RoleDeviation {
  return (found) => ({ objects: [], sql: [], hint: null, lacks: null, ...found, area });
}

export function roleOf({ wanted }: Planning, kind: RoleKind): WantedRole | undefined {
  return wanted.roles.find((role) => role.kind === kind);
}

/** What it takes to change a role's attributes and settings. */
export function lacksToAlter({ seen }: Planning, name: string): string | null {
  const { me, major } = seen;
  const there = seen.roles.get(name);
  if (me.superuser) return null;
  if (there?.superuser) return `superuser, to alter ${name}, which is one`;
  if (!me.createRole) return 'CREATEROLE, to make and alter roles';
  return there && major >= 16 && !there.administered ? `ADMIN OPTION on role ${name}` : null;
}

/** What it takes to make somebody a member of a role. */
export function lacksToGrant({ seen }: Planning, name: string): string | null {
  const { me, major } = seen;
  const there = seen.roles.get(name);
  if (me.superuser || (there?.administered ?? true)) return null;
  return major < 16 && me.createRole ? null : `ADMIN OPTION on role ${name}`;
}

/** What it takes to act as the owner of something. */
export function lacksToOwn(
  { seen, owner }: Planning,
  thing: { readonly owner: string; readonly mine: boolean },
  what: string,
): string | null {
  if (seen.me.superuser || thing.mine || thing.owner === owner.name) return null;
  return `the rights of ${thing.owner}, who owns ${what}`;
}
