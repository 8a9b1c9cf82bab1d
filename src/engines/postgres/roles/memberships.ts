import type { RoleDeviation, WantedRole } from '../../roles.ts';
import { readable } from './names.ts';
import { inArea, lacksToGrant, type Planning } from './planning.ts';
import { predefined } from './read.ts';
import type { SeenMembership } from './seen.ts';

const found = inArea('memberships');

interface WantedMembership {
  readonly role: string;
  readonly member: string;
  /** Has the rights without asking for them; else it must SET ROLE. */
  readonly inherit: boolean;
}

/** Memberships of the set's roles, and who may act as the owner. */
export function membershipDeviations(planning: Planning): RoleDeviation[] {
  const wanted = planning.wanted.roles.flatMap((role) => wantedOf(role, planning.owner));
  const { memberships } = planning.seen;
  return [
    ...wanted.flatMap((one) => missing(planning, one)),
    ...memberships.flatMap((there) => excess(planning, there, wanted)),
  ];
}

function wantedOf({ kind, name }: WantedRole, owner: WantedRole): WantedMembership[] {
  if (kind === 'migrator') return [{ role: owner.name, member: name, inherit: false }];
  if (kind === 'backup' || kind === 'monitor')
    return [{ role: predefined[kind], member: name, inherit: true }];
  return [];
}

function missing(planning: Planning, one: WantedMembership): RoleDeviation[] {
  const { memberships, major } = planning.seen;
  const { role, member, inherit } = one;
  const serves = memberships.some(
    (there) => same(there, one) && (inherit ? there.inherit : there.set),
  );
  if (serves && !planning.whole) return [];
  const options = inherit ? 'INHERIT TRUE' : 'INHERIT FALSE, SET TRUE';
  return [
    found({
      code: 'membership-missing',
      role: member,
      message: inherit
        ? `${member} lacks the rights of ${role}`
        : `${member} may not become ${role}`,
      objects: [role],
      sql: [
        `GRANT ${readable(role)} TO ${readable(member)}${major >= 16 ? ` WITH ${options}` : ''}`,
      ],
      lacks: lacksToGrant(planning, role),
    }),
  ];
}

function excess(
  planning: Planning,
  there: SeenMembership,
  wanted: readonly WantedMembership[],
): RoleDeviation[] {
  const { role, member, grantor } = there;
  const { major } = planning.seen;
  const by = major >= 16 && grantor !== null ? ` GRANTED BY ${readable(grantor)}` : '';
  const right = wanted.find((one) => same(there, one));
  const about = { code: 'membership-excess', role: member, objects: [role] } as const;
  const lacks = lacksToGrant(planning, role);
  if (!right) {
    // Who made a role has the right to grant it, from 16 on; that alone lets nobody act as it.
    if (!there.inherit && !there.set) return [];
    return [
      found({
        ...about,
        message:
          role === planning.owner.name
            ? `${member} may act as ${role}`
            : `${member} is a member of ${role}`,
        sql: [`REVOKE ${readable(role)} FROM ${readable(member)}${by}`],
        lacks,
      }),
    ];
  }
  return [
    ...(there.admin
      ? [
          found({
            ...about,
            message: `${member} may make others members of ${role}`,
            sql: [`REVOKE ADMIN OPTION FOR ${readable(role)} FROM ${readable(member)}${by}`],
            lacks,
          }),
        ]
      : []),
    ...(major >= 16 && there.inherit && !right.inherit
      ? [
          found({
            ...about,
            message: `${member} has the rights of ${role} without SET ROLE`,
            sql: [`REVOKE INHERIT OPTION FOR ${readable(role)} FROM ${readable(member)}${by}`],
            lacks,
          }),
        ]
      : []),
  ];
}

function same(there: SeenMembership, { role, member }: WantedMembership): boolean {
  return there.role === role && there.member === member;
}
