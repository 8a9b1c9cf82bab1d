import type { RoleDeviation } from '../../roles.ts';
import { parseTableName } from '../table-name.ts';
import { grantees } from './containers.ts';
import { named, readable } from './names.ts';
import { inArea, lacksToOwn, type Planning } from './planning.ts';
import { compareRights, objectRights } from './rights.ts';
import type { Family, SeenObject } from './seen.ts';

const owning = inArea('ownership');
const granting = inArea('rights');

/** As GRANT names them, and as the reader counts them. */
const words: Readonly<Record<Family, { readonly sql: string; readonly many: string }>> = {
  table: { sql: 'TABLE', many: 'tables' },
  sequence: { sql: 'SEQUENCE', many: 'sequences' },
  routine: { sql: 'ROUTINE', many: 'functions' },
};

/** Objects that belong to somebody else than the set's owner. */
export function ownershipDeviations(planning: Planning): RoleDeviation[] {
  const { seen, owner, wanted } = planning;
  const names = wanted.roles.map(({ name }) => name);
  return seen.objects
    .filter((object) => object.owner !== owner.name && !object.follows)
    .map((object) => {
      const what = `${object.keyword} ${object.identity}`;
      return owning({
        code: 'wrong-owner',
        role: names.includes(object.owner) ? object.owner : null,
        message: `${what} belongs to ${object.owner}, not to ${owner.name}`,
        objects: [what],
        sql: [`ALTER ${what} OWNER TO ${readable(owner.name)}`],
        lacks: lacksToOwn(planning, object, what),
      });
    });
}

/** Rights on objects of the set's schemas: one deviation for all that lack, or have, the same. */
export function objectDeviations(planning: Planning): RoleDeviation[] {
  const groups = new Map<string, Group>();
  for (const object of planning.seen.objects)
    if (object.family !== null && planning.wanted.schemas.includes(object.schema))
      for (const group of ofObject(planning, object, object.family)) {
        const { schema, family, name, privileges, kind } = group;
        const key = JSON.stringify([schema, family, name, privileges, kind]);
        const known = groups.get(key);
        if (known) known.objects.push(object);
        else groups.set(key, group);
      }
  return [...groups.values()].map((group) => described(planning, group));
}

interface Group {
  readonly kind: 'missing' | 'excess' | 'grantable';
  readonly schema: string;
  readonly family: Family;
  /** Empty: PUBLIC. */
  readonly name: string;
  readonly privileges: readonly string[];
  readonly objects: SeenObject[];
}

function ofObject(planning: Planning, object: SeenObject, family: Family): Group[] {
  const { schema, definer, grants } = object;
  const thing = { family, definer, ledger: isLedger(planning, object) };
  return grantees(planning).flatMap(({ grantee, name }) => {
    if (grantee === 'owner') return [];
    const rights = objectRights(grantee, thing);
    const difference = compareRights(grants, name, rights, planning.whole);
    return (['missing', 'excess', 'grantable'] as const)
      .filter((kind) => difference[kind].length > 0)
      .map((kind) => ({
        ...{ kind, schema, family, name },
        privileges: difference[kind],
        objects: [object],
      }));
  });
}

/** The tables that jem-db keeps its own records in. */
function isLedger({ wanted }: Planning, { schema, name, family }: SeenObject): boolean {
  const ledger = parseTableName(wanted.ledgerTable);
  const { table } = ledger;
  if (family !== 'table' || (ledger.schema ?? schema) !== schema) return false;
  return [table, `${table}_schema`, `${table}_runner`].includes(name);
}

function described(planning: Planning, group: Group): RoleDeviation {
  const { kind, schema, family, name, privileges, objects } = group;
  const { sql, many } = words[family];
  const identities = objects.map(({ identity }) => identity);
  const role = name === '' ? null : name;
  const who = role ?? 'everybody (PUBLIC)';
  const to = role === null ? 'PUBLIC' : readable(role);
  const rights = privileges.join(', ');
  const where =
    objects.length === 1
      ? (identities[0] ?? '')
      : `${objects.length} ${many} of ${schema}: ${named(objects.map((each) => each.name))}`;
  const on = `${rights} ON ${sql} ${identities.join(', ')}`;
  const texts = {
    missing: [`${who} lacks ${rights} on ${where}`, `GRANT ${on} TO ${to}`],
    excess: [`${who} has ${rights} on ${where}`, `REVOKE ${on} FROM ${to}`],
    grantable: [
      `${who} may grant ${rights} to others on ${where}`,
      `REVOKE GRANT OPTION FOR ${on} FROM ${to}`,
    ],
  } as const;
  const [message, statement] = texts[kind];
  const code = role === null ? 'public-right' : 'right-excess';
  const lacks = objects.map((object) => lacksToOwn(planning, object, object.identity));
  return granting({
    code: kind === 'missing' ? 'right-missing' : code,
    role,
    message,
    objects: identities,
    sql: [statement],
    lacks: lacks.find((each) => each !== null) ?? null,
  });
}
