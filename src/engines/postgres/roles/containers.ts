import type { RoleDeviation } from '../../roles.ts';
import { readable, readableSchema } from './names.ts';
import { inArea, lacksToOwn, type Planning } from './planning.ts';
import {
  compareRights,
  databaseRights,
  extensionRights,
  schemaRights,
  type Grantee,
  type Rights,
} from './rights.ts';
import type { Grant, SeenSchema } from './seen.ts';

/** Something that rights are on, one by one. */
interface Thing {
  /** As GRANT has it: `SCHEMA public`. */
  readonly words: string;
  /** Once all is mended; it needs no rights. */
  readonly owner: string;
  readonly grants: readonly Grant[];
  readonly lacks: string | null;
}

/** Who can have rights: every role of the set, and everybody. */
export function grantees({ wanted }: Planning): { grantee: Grantee; name: string }[] {
  return [
    { grantee: 'public', name: '' },
    ...wanted.roles.map(({ kind, name }) => ({ grantee: kind, name })),
  ];
}

export function databaseDeviations(planning: Planning): RoleDeviation[] {
  const { database, databaseOwner, databaseGrants, me } = planning.seen;
  const words = `DATABASE ${readable(database)}`;
  const { owner } = planning;
  const moves = isLogin(planning, databaseOwner);
  const mayMove = me.superuser || (me.ownsDatabase && me.createDatabase);
  const thing = {
    words,
    owner: moves ? owner.name : databaseOwner,
    grants: databaseGrants,
    lacks: me.superuser || me.ownsDatabase ? null : `the rights of the owner of ${database}`,
  };
  return [
    ...(moves
      ? [
          inArea('database')({
            code: 'wrong-owner',
            role: databaseOwner,
            message: `the database ${database} belongs to ${databaseOwner}, not to ${owner.name}`,
            objects: [words],
            sql: [`ALTER ${words} OWNER TO ${readable(owner.name)}`],
            lacks: mayMove ? null : `superuser, or CREATEDB and the rights of ${databaseOwner}`,
          }),
        ]
      : []),
    ...rightDeviations(planning, 'database', thing, databaseRights),
  ];
}

/** Whether it is a role of the set that must own nothing. */
function isLogin({ wanted }: Planning, name: string): boolean {
  return wanted.roles.some((role) => role.name === name && role.kind !== 'owner');
}

/** Schemas that are missing, their owners and rights; those of the set, and others as far as needed. */
export function schemaDeviations(planning: Planning): RoleDeviation[] {
  const { wanted, seen } = planning;
  const missing = wanted.schemas
    .filter((name) => !seen.schemas.some((schema) => schema.name === name))
    .flatMap((name) => missingSchema(planning, name));
  return [...missing, ...seen.schemas.flatMap((schema) => ofSchema(planning, schema))];
}

const found = inArea('schemas');

function missingSchema(planning: Planning, name: string): RoleDeviation[] {
  const words = readableSchema(name);
  const { me } = planning.seen;
  const lacks = me.superuser || me.createSchema ? null : 'CREATE on the database';
  return [
    found({
      code: 'schema-missing',
      role: null,
      message: `the schema ${name} is missing`,
      sql: [`CREATE SCHEMA ${words} AUTHORIZATION ${readable(planning.owner.name)}`],
      lacks,
    }),
    ...rightDeviations(
      planning,
      'schemas',
      { words: `SCHEMA ${words}`, owner: planning.owner.name, grants: [], lacks },
      schemaRights,
    ),
  ];
}

function ofSchema(planning: Planning, schema: SeenSchema): RoleDeviation[] {
  const { name, owner: has, extension, grants } = schema;
  const { wanted, owner } = planning;
  const isWanted = wanted.schemas.includes(name);
  const words = `SCHEMA ${readableSchema(name)}`;
  const lacks = lacksToOwn(planning, { ...schema, owner: has }, words);
  const ownsWrongly = isLogin(planning, has);
  const moves = isWanted ? has !== owner.name || planning.whole : ownsWrongly;
  const everybody = isWanted || name === 'public';
  const open = !everybody && grants.some(({ grantee }) => grantee === '');
  const rights = (grantee: Grantee): Rights => {
    if (isWanted) return schemaRights(grantee);
    if (extension && !open) return extensionRights(grantee);
    return { needed: [], allowed: grantee === 'owner' ? ['USAGE', 'CREATE'] : [] };
  };
  return [
    ...(moves
      ? [
          found({
            code: 'wrong-owner',
            role: ownsWrongly ? has : null,
            message: `the schema ${name} belongs to ${has}, not to ${owner.name}`,
            objects: [words],
            sql: [`ALTER ${words} OWNER TO ${readable(owner.name)}`],
            lacks,
          }),
        ]
      : []),
    ...rightDeviations(
      planning,
      'schemas',
      { words, owner: moves ? owner.name : has, grants, lacks },
      rights,
      everybody,
    ),
  ];
}

/** `everybody`: whether it matters what PUBLIC has. */
function rightDeviations(
  planning: Planning,
  area: RoleDeviation['area'],
  { words, owner, grants, lacks }: Thing,
  rights: (grantee: Grantee) => Rights,
  everybody = true,
): RoleDeviation[] {
  const make = inArea(area);
  return grantees(planning).flatMap(({ grantee, name }) => {
    if (grantee === 'public' && !everybody) return [];
    if (name === owner) return [];
    const role = name === '' ? null : name;
    const who = role === null ? 'PUBLIC' : readable(role);
    const about = { role, objects: [words], lacks };
    const difference = compareRights(grants, name, rights(grantee), planning.whole);
    const { missing, excess, grantable } = difference;
    const revokesAll = grantee === 'public' && (planning.whole || excess.length > 0);
    return [
      ...(revokesAll || excess.length > 0
        ? [
            make({
              ...about,
              code: role === null ? 'public-right' : 'right-excess',
              message: `${role ?? 'everybody (PUBLIC)'} has ${excess.join(', ') || 'nothing'} on ${words}`,
              sql: [`REVOKE ${revokesAll ? 'ALL' : excess.join(', ')} ON ${words} FROM ${who}`],
            }),
          ]
        : []),
      ...(grantable.length > 0
        ? [
            make({
              ...about,
              code: 'right-excess',
              message: `${role} may grant ${grantable.join(', ')} on ${words} to others`,
              sql: [`REVOKE GRANT OPTION FOR ${grantable.join(', ')} ON ${words} FROM ${who}`],
            }),
          ]
        : []),
      ...(missing.length > 0
        ? [
            make({
              ...about,
              code: 'right-missing',
              message: `${role} lacks ${missing.join(', ')} on ${words}`,
              sql: [`GRANT ${missing.join(', ')} ON ${words} TO ${who}`],
            }),
          ]
        : []),
    ];
  });
}
