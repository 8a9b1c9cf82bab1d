import { identifier } from '../quoting.ts';
import { commentOf, notOfExtension, objectId, ownerOf } from './catalog.ts';
import { definedBy, definitionOf, madeAnew } from './made-anew.ts';
import { functionName, operatorName, typeName } from './names.ts';

const other = (oid: string): string =>
  `'OPERATOR(' || pg_catalog.split_part(${operatorName(oid)}, '(', 1) || ')'`;

const definition = definitionOf({
  FUNCTION: functionName('o.oprcode'),
  LEFTARG: `CASE WHEN o.oprleft <> 0 THEN ${typeName('o.oprleft')} END`,
  RIGHTARG: typeName('o.oprright'),
  COMMUTATOR: other('o.oprcom'),
  NEGATOR: other('o.oprnegate'),
  RESTRICT: functionName('o.oprrest'),
  JOIN: functionName('o.oprjoin'),
  HASHES: `CASE WHEN o.oprcanhash THEN 'true' END`,
  MERGES: `CASE WHEN o.oprcanmerge THEN 'true' END`,
});

/** Operators; the name holds the types that it stands between. */
export const operator = madeAnew({
  type: 'operator',
  sql: () => `
    SELECT ${objectId('pg_operator', 'o.oid')} AS id, 'operator' AS type, ns.nspname AS schema, NULL AS "table",
      o.oprname || '(' || CASE WHEN o.oprleft = 0 THEN 'NONE' ELSE ${typeName('o.oprleft')} END || ', ' || ${typeName('o.oprright')} || ')' AS name,
      ${definition} AS definition, ${ownerOf('o.oprowner')} AS owner, ${commentOf('pg_operator', 'o.oid')} AS comment
    FROM pg_catalog.pg_operator o JOIN ns ON ns.oid = o.oprnamespace
    -- One without a function was only named by another.
    WHERE o.oprcode <> 0 AND ${notOfExtension('pg_operator', 'o.oid')}`,
  address: ({ schema, name }) => ({
    word: 'OPERATOR',
    name: `${identifier(schema ?? '')}.${name}`,
  }),
  create: (object) => {
    const symbol = object.name.slice(0, object.name.indexOf('('));
    return definedBy(`CREATE OPERATOR ${identifier(object.schema ?? '')}.${symbol}`, object);
  },
});
