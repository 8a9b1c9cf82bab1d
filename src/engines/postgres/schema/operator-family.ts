import { identifier } from '../quoting.ts';
import { commentOf, notOfExtension, objectId, ownerOf } from './catalog.ts';
import type { Kind } from './kind.ts';
import { operatorMembers } from './operator-class.ts';
import type { SchemaObject } from '../../schema.ts';
import { type Address, dress, list, redress } from './statements.ts';

const address = ({ schema, name }: SchemaObject): Address => ({
  word: 'OPERATOR FAMILY',
  name: `${identifier(schema ?? '')}.${name}`,
});

/** Operator families; `members` without those of the family's classes. */
export const operatorFamily: Kind = {
  types: ['operator family'],
  sql: () => `
    SELECT ${objectId('pg_opfamily', 'f.oid')} AS id, 'operator family' AS type, ns.nspname AS schema, NULL AS "table",
      pg_catalog.quote_ident(f.opfname) || ' USING ' || pg_catalog.quote_ident(m.amname) AS name,
      ${operatorMembers('pg_opfamily', 'f.oid')} AS members,
      ${ownerOf('f.opfowner')} AS owner, ${commentOf('pg_opfamily', 'f.oid')} AS comment
    FROM pg_catalog.pg_opfamily f JOIN ns ON ns.oid = f.opfnamespace JOIN pg_catalog.pg_am m ON m.oid = f.opfmethod
    WHERE ${notOfExtension('pg_opfamily', 'f.oid')}`,
  create: (object) => [
    `CREATE OPERATOR FAMILY ${address(object).name}`,
    ...dress(object, address(object)),
  ],
  // Operators and functions come later than families.
  finish: (object) => add(object, list(object, 'members')),
  drop: (object) => [`DROP OPERATOR FAMILY ${address(object).name}`],
  alter: ({ expected, actual, attributes }) => {
    const [wanted, there] = [list(expected, 'members'), list(actual, 'members')];
    if (there.some((member) => !wanted.includes(member))) return null;
    return [
      ...add(
        expected,
        wanted.filter((member) => !there.includes(member)),
      ),
      ...redress(expected, actual, attributes, address(expected)),
    ];
  },
};

function add(object: SchemaObject, members: readonly string[]): string[] {
  return members.length === 0
    ? []
    : [`ALTER OPERATOR FAMILY ${address(object).name} ADD ${members.join(', ')}`];
}
