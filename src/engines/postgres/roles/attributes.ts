import type { RoleDeviation, WantedRole } from '../../roles.ts';
import { readable } from './names.ts';
import { inArea, lacksToAlter, type Planning } from './planning.ts';
import type { SeenRole } from './seen.ts';

interface Attribute {
  readonly word: string;
  readonly of: (role: SeenRole) => boolean;
  readonly wanted: (role: WantedRole) => boolean;
}

/** What a role may have of itself. Only a backup sees all rows, whatever their policies say. */
const attributes: readonly Attribute[] = [
  { word: 'SUPERUSER', of: ({ superuser }) => superuser, wanted: () => false },
  { word: 'CREATEDB', of: ({ createDatabase }) => createDatabase, wanted: () => false },
  { word: 'CREATEROLE', of: ({ createRole }) => createRole, wanted: () => false },
  { word: 'LOGIN', of: ({ login }) => login, wanted: ({ kind }) => kind !== 'owner' },
  // What the migrator makes must belong to the owner: it can do nothing as itself.
  { word: 'INHERIT', of: ({ inherit }) => inherit, wanted: ({ kind }) => kind !== 'migrator' },
  {
    word: 'REPLICATION',
    of: ({ replication }) => replication,
    wanted: ({ replication }) => replication,
  },
  { word: 'BYPASSRLS', of: ({ bypassRls }) => bypassRls, wanted: ({ kind }) => kind === 'backup' },
];

const found = inArea('roles');

/** Roles that are missing, and attributes that are not as they should be. */
export function attributeDeviations(planning: Planning): RoleDeviation[] {
  return planning.wanted.roles.flatMap((role) => {
    const there = planning.seen.roles.get(role.name);
    return [
      ...(there && !planning.whole ? [] : [creation(planning, role)]),
      ...(there ? differing(planning, role, there) : []),
    ];
  });
}

function creation(planning: Planning, role: WantedRole): RoleDeviation {
  const words = attributes
    .map(({ word, wanted }) => ({ word, has: wanted(role) }))
    .filter(({ word, has }) => (word === 'LOGIN' || word === 'INHERIT' ? true : has))
    .map(({ word, has }) => (has ? word : `NO${word}`));
  const limit = role.connectionLimit === null ? '' : ` CONNECTION LIMIT ${role.connectionLimit}`;
  const create = `CREATE ROLE ${readable(role.name)} ${words.join(' ')}${limit}`;
  return found({
    code: 'role-missing',
    role: role.name,
    message: `the role ${role.name} is missing`,
    sql: [create],
    lacks: lacksToAlter(planning, role.name) ?? lacksAttributes(planning, role, words),
  });
}

function lacksAttributes(
  { seen: { me, major } }: Planning,
  { name }: WantedRole,
  words: readonly string[],
): string | null {
  const own: Readonly<Record<string, boolean>> = {
    BYPASSRLS: me.bypassRls,
    REPLICATION: me.replication,
  };
  // Until 15 nobody but a superuser gives these away.
  const missing = words.filter((word) => word in own && !(major >= 16 && own[word]));
  if (me.superuser || missing.length === 0) return null;
  const orOwn = major >= 16 ? ` (or ${missing.join(' and ')} of your own)` : '';
  return `superuser${orOwn}, to give ${name} ${missing.join(' and ')}`;
}

function differing(planning: Planning, role: WantedRole, there: SeenRole): RoleDeviation[] {
  const { name } = role;
  const wrong = attributes.flatMap(({ word, of, wanted }) => {
    const wants = wanted(role);
    if (of(there) === wants) return [];
    const spelled = wants ? word : `NO${word}`;
    return [
      found({
        code: wants ? 'attribute-missing' : 'attribute-excess',
        role: name,
        message: wants ? `${name} lacks ${word}` : `${name} has ${word}`,
        sql: [`ALTER ROLE ${readable(name)} ${spelled}`],
        lacks: lacksToAlter(planning, name) ?? lacksAttributes(planning, role, [spelled]),
      }),
    ];
  });
  const { connectionLimit } = role;
  if (connectionLimit === null || there.connectionLimit === connectionLimit) return wrong;
  const has = there.connectionLimit === -1 ? 'no limit' : `a limit of ${there.connectionLimit}`;
  return [
    ...wrong,
    found({
      code: 'setting',
      role: name,
      message: `${name} has ${has} on its connections, not ${connectionLimit}`,
      sql: [`ALTER ROLE ${readable(name)} CONNECTION LIMIT ${connectionLimit}`],
      lacks: lacksToAlter(planning, name),
    }),
  ];
}
