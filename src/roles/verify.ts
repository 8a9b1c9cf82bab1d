import type { Session } from '../engines/engine.ts';
import type {
  RoleDeviation,
  RolesComparison,
  UnseenRights,
  WantedRoles,
} from '../engines/roles.ts';
import { roleKeepingOf } from './keeping.ts';

/** What was compared with what; the head of every result. */
export interface RolesOf {
  readonly database: string;
  readonly schemas: readonly string[];
  readonly roles: readonly { readonly kind: string; readonly name: string }[];
}

export interface VerifiedRoles extends RolesOf {
  readonly matches: boolean;
  /** The user that looked. */
  readonly seenBy: string;
  readonly deviations: readonly ToldDeviation[];
  readonly unseen: readonly UnseenRights[];
}

/** A deviation as results have it: what this user lacks is no matter of the database. */
export type ToldDeviation = Omit<RoleDeviation, 'lacks'>;

/** Compares the rights in a database with the set. Changes nothing, needs no right of its own. */
export async function verifyRoles(session: Session, wanted: WantedRoles): Promise<VerifiedRoles> {
  const keeping = await roleKeepingOf(session.engine);
  const found = await keeping.compare(session, wanted);
  return {
    ...headOf(found, wanted),
    matches: found.deviations.length === 0,
    seenBy: found.user,
    deviations: found.deviations.map(told),
    unseen: found.unseen,
  };
}

export function headOf(
  { database }: Pick<RolesComparison, 'database'>,
  wanted: WantedRoles,
): RolesOf {
  const { schemas, roles } = wanted;
  return { database, schemas, roles: roles.map(({ kind, name }) => ({ kind, name })) };
}

export function told({ lacks: _lacks, ...deviation }: RoleDeviation): ToldDeviation {
  return deviation;
}
