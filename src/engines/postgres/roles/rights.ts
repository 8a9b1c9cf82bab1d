import type { RoleKind } from '../../roles.ts';
import type { Grant, SeenObject } from './seen.ts';

/** Rights that a role must have, and those that it may have besides. */
export interface Rights {
  readonly needed: readonly string[];
  readonly allowed: readonly string[];
}

/** `public` is everybody: what it has, every role of the server has. */
export type Grantee = RoleKind | 'public';

const none: Rights = { needed: [], allowed: [] };

export function databaseRights(grantee: Grantee): Rights {
  if (grantee === 'public') return none;
  // Migrations make schemas, trusted extensions and temporary tables; what tries them out in a
  // scratch server logs in there as the owner.
  if (grantee === 'owner') return { needed: ['CREATE', 'CONNECT', 'TEMPORARY'], allowed: [] };
  return { needed: ['CONNECT'], allowed: [] };
}

export function schemaRights(grantee: Grantee): Rights {
  if (grantee === 'application' || grantee === 'readonly')
    return { needed: ['USAGE'], allowed: [] };
  if (grantee === 'backup' || grantee === 'monitor') return { needed: [], allowed: ['USAGE'] };
  return none;
}

/** In the schema of an extension that is none of the set's. */
export function extensionRights(grantee: Grantee): Rights {
  return grantee === 'owner' ? { needed: ['USAGE'], allowed: [] } : schemaRights(grantee);
}

type Thing = Pick<SeenObject, 'family' | 'definer'> & { readonly ledger: boolean };

export function objectRights(grantee: Grantee, thing: Thing): Rights {
  const { family, ledger } = thing;
  if (family === 'routine') return routineRights(grantee, thing.definer);
  if (grantee === 'backup') return { needed: [], allowed: ['SELECT'] };
  if (ledger && ['application', 'readonly', 'monitor'].includes(grantee))
    return { needed: [], allowed: ['SELECT'] };
  if (family === 'sequence') return sequenceRights(grantee);
  if (grantee === 'application')
    return { needed: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'], allowed: [] };
  return grantee === 'readonly' ? { needed: ['SELECT'], allowed: [] } : none;
}

function sequenceRights(grantee: Grantee): Rights {
  if (grantee === 'application') return { needed: ['USAGE'], allowed: ['SELECT'] };
  return grantee === 'readonly' ? { needed: [], allowed: ['SELECT'] } : none;
}

/** What runs with its owner's rights would let a role that only reads write. */
function routineRights(grantee: Grantee, definer: boolean): Rights {
  if (grantee === 'application') return { needed: ['EXECUTE'], allowed: [] };
  return grantee === 'readonly' && !definer ? { needed: ['EXECUTE'], allowed: [] } : none;
}

export interface RightsDifference {
  readonly missing: readonly string[];
  readonly excess: readonly string[];
  /** Held rightly, but with the right to grant them on. */
  readonly grantable: readonly string[];
}

/** `whole`: as if nothing that is needed were there. */
export function compareRights(
  grants: readonly Grant[],
  grantee: string,
  { needed, allowed }: Rights,
  whole: boolean,
): RightsDifference {
  const held = grants.filter((grant) => grant.grantee === grantee);
  const has = (privilege: string): boolean => held.some((grant) => grant.privilege === privilege);
  const fitting = ({ privilege }: Grant): boolean => [...needed, ...allowed].includes(privilege);
  return {
    missing: needed.filter((privilege) => whole || !has(privilege)),
    excess: unique(held.filter((grant) => !fitting(grant))),
    grantable: grantee === '' ? [] : unique(held.filter((one) => fitting(one) && one.grantable)),
  };
}

function unique(grants: readonly Grant[]): string[] {
  return [...new Set(grants.map(({ privilege }) => privilege))];
}
