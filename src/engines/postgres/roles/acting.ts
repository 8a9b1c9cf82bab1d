import type { WantedRoles } from '../../roles.ts';
import { readable } from './names.ts';
import type { Seen } from './seen.ts';

/** Statements that give the current user the owner's rights for a while, and take them again. */
export function ownersRights(
  { me, major }: Seen,
  { roles }: WantedRoles,
): readonly [begin: string, end: string] | null {
  if (me.superuser || me.actsAsOwner) return null;
  const owner = readable(roles.find(({ kind }) => kind === 'owner')?.name ?? '');
  return major >= 16
    ? [
        `GRANT ${owner} TO CURRENT_USER WITH INHERIT TRUE, SET TRUE`,
        `REVOKE ${owner} FROM CURRENT_USER GRANTED BY CURRENT_USER`,
      ]
    : [`GRANT ${owner} TO CURRENT_USER`, `REVOKE ${owner} FROM CURRENT_USER`];
}
