import type { RoleDeviation } from '../../roles.ts';
import { grantees } from './containers.ts';
import { readable, readableSchema } from './names.ts';
import { inArea, type Planning } from './planning.ts';
import { compareRights, objectRights, type Grantee, type Rights } from './rights.ts';
import type { Family, Grant } from './seen.ts';

const found = inArea('defaults');

const families: readonly { readonly family: Family; readonly words: string }[] = [
  { family: 'table', words: 'TABLES' },
  { family: 'sequence', words: 'SEQUENCES' },
  { family: 'routine', words: 'ROUTINES' },
];

/** Rights that what the owner makes will have, so that a migration needs no grants. */
export function defaultDeviations(planning: Planning): RoleDeviation[] {
  const everywhere = families.flatMap(({ family, words }) =>
    ofFamily(planning, { schema: null, family, words }),
  );
  const { schemas } = planning.wanted;
  return [
    ...everybodysRoutines(planning),
    ...everywhere,
    ...schemas.flatMap((schema) =>
      families.flatMap(({ family, words }) => ofFamily(planning, { schema, family, words })),
    ),
  ];
}

interface Place {
  readonly schema: string | null;
  readonly family: Family;
  readonly words: string;
}

function grantsIn({ seen }: Planning, { schema, family }: Place): readonly Grant[] | null {
  const there = seen.defaults.find((one) => one.schema === schema && one.family === family);
  return there?.grants ?? null;
}

/** Only the default of all schemas can take from PUBLIC what the server itself gives. */
function everybodysRoutines(planning: Planning): RoleDeviation[] {
  const place = { schema: null, family: 'routine', words: 'ROUTINES' } as const;
  const grants = grantsIn(planning, place);
  const isOpen = grants === null || grants.some(({ grantee }) => grantee === '');
  if (!isOpen && !planning.whole) return [];
  return [
    found({
      code: 'default-excess',
      role: null,
      message: 'everybody (PUBLIC) will have EXECUTE on new functions',
      sql: [`${alter(planning, place)} REVOKE EXECUTE ON ROUTINES FROM PUBLIC`],
    }),
  ];
}

function ofFamily(planning: Planning, place: Place): RoleDeviation[] {
  const grants = grantsIn(planning, place) ?? [];
  const { words } = place;
  const where = place.schema === null ? '' : ` in ${place.schema}`;
  return grantees(planning).flatMap(({ grantee, name }) => {
    if (grantee === 'owner' || (grantee === 'public' && place.schema === null)) return [];
    const wanted = rightsOf(grantee, place);
    const { missing, excess, grantable } = compareRights(grants, name, wanted, planning.whole);
    const role = name === '' ? null : name;
    const who = role === null ? 'PUBLIC' : readable(role);
    const takes = [...new Set([...excess, ...grantable])];
    return [
      ...(takes.length > 0
        ? [
            found({
              code: 'default-excess',
              role,
              message: `${role ?? 'everybody (PUBLIC)'} will have too much on new ${words.toLowerCase()}${where}: ${takes.join(', ')}`,
              sql: [
                ...(excess.length > 0
                  ? [
                      `${alter(planning, place)} REVOKE ${excess.join(', ')} ON ${words} FROM ${who}`,
                    ]
                  : []),
                ...(grantable.length > 0
                  ? [
                      `${alter(planning, place)} REVOKE GRANT OPTION FOR ${grantable.join(', ')} ON ${words} FROM ${who}`,
                    ]
                  : []),
              ],
            }),
          ]
        : []),
      ...(missing.length > 0
        ? [
            found({
              code: 'default-missing',
              role,
              message: `${role} will lack ${missing.join(', ')} on new ${words.toLowerCase()}${where}`,
              sql: [`${alter(planning, place)} GRANT ${missing.join(', ')} ON ${words} TO ${who}`],
            }),
          ]
        : []),
    ];
  });
}

/** In all schemas nothing needs to be given, and no more may be than in one. */
function rightsOf(grantee: Grantee, { schema, family }: Place): Rights {
  const { needed, allowed } = objectRights(grantee, { family, definer: false, ledger: false });
  return schema === null ? { needed: [], allowed: [...needed, ...allowed] } : { needed, allowed };
}

function alter({ owner }: Planning, { schema }: Place): string {
  const where = schema === null ? '' : ` IN SCHEMA ${readableSchema(schema)}`;
  return `ALTER DEFAULT PRIVILEGES FOR ROLE ${readable(owner.name)}${where}`;
}
