import { identifier } from '../quoting.ts';
import type { SchemaObject } from '../../schema.ts';
import { commentOf, grantsOf, objectId, ownerOf } from './catalog.ts';
import { tableNamed } from './inheritance.ts';
import type { Kind, MendContext } from './kind.ts';
import { sequenceClauses } from './sequence-options.ts';
import { type Address, dress, qualified, redress, text } from './statements.ts';

const address = (object: SchemaObject): Address => ({ word: 'SEQUENCE', name: qualified(object) });

/**
 * Sequences. Those of identity columns are attributes of their columns. One that a column owns has
 * the owner of its table, which is not said again.
 */
export const sequence: Kind = {
  types: ['sequence'],
  usual: {
    dataType: 'bigint',
    start: '1',
    increment: '1',
    min: '1',
    max: undefined,
    cache: '1',
    cycle: false,
    ownedBy: null,
    persistence: 'permanent',
    owner: undefined,
    grants: [],
    comment: null,
  },
  sql: () => `
    SELECT ${objectId('pg_class', 'r.relid')} AS id, 'sequence' AS type, r.nspname AS schema, NULL AS "table", r.relname AS name,
      pg_catalog.format_type(s.seqtypid, NULL) AS "dataType", s.seqstart::text AS start, s.seqincrement::text AS increment,
      s.seqmin::text AS min, s.seqmax::text AS max, s.seqcache::text AS cache, s.seqcycle AS cycle,
      pg_catalog.quote_ident(t.nspname) || '.' || pg_catalog.quote_ident(t.relname) || '.' || pg_catalog.quote_ident(a.attname) AS "ownedBy",
      CASE r.relpersistence WHEN 'u' THEN 'unlogged' ELSE 'permanent' END AS persistence,
      CASE WHEN a.attrelid IS NULL THEN ${ownerOf('r.relowner')} END AS owner,
      ${grantsOf('r.relacl', 's', 'r.relowner')} AS grants, ${commentOf('pg_class', 'r.relid')} AS comment
    FROM rel r JOIN pg_catalog.pg_sequence s ON s.seqrelid = r.relid
      LEFT JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = r.relid AND d.objsubid = 0
        AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
      LEFT JOIN rel t ON t.relid = d.refobjid
      LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE r.relkind = 'S' AND d.deptype IS DISTINCT FROM 'i'`,
  create: (object) => [
    `CREATE ${text(object, 'persistence') === 'unlogged' ? 'UNLOGGED ' : ''}SEQUENCE ${qualified(object)} ${sequenceClauses(object).join(' ')}`,
    ...dress(object, address(object)),
  ],
  // The column is there only when the table is.
  finish: ownedBy,
  tighten: ({ expected, attributes }, context) =>
    attributes.has('ownedBy') ? ownedBy(expected, context) : [],
  // It goes with the column that owns it.
  drop: (object) => [`DROP SEQUENCE IF EXISTS ${qualified(object)}`],
  alter: ({ expected, actual, attributes }) => {
    const clauses = sequenceClauses(expected, attributes);
    return [
      ...(clauses.length > 0 ? [`ALTER SEQUENCE ${qualified(expected)} ${clauses.join(' ')}`] : []),
      ...(attributes.has('persistence')
        ? [
            `ALTER SEQUENCE ${qualified(expected)} SET ${text(expected, 'persistence') === 'unlogged' ? 'UNLOGGED' : 'LOGGED'}`,
          ]
        : []),
      ...redress(expected, actual, attributes, address(expected)),
    ];
  },
  // It would go with the column that owned it.
  loosen: ({ expected, actual, attributes }) =>
    attributes.has('ownedBy') && text(actual, 'ownedBy') !== null
      ? [`ALTER SEQUENCE ${qualified(expected)} OWNED BY NONE`]
      : [],
};

/** A sequence can be owned by a column only where both have the same owner. */
function ownedBy(object: SchemaObject, context: MendContext): string[] {
  const column = text(object, 'ownedBy');
  if (column === null) return [];
  const whole = tableNamed(column.replace(/\.("(?:[^"]|"")*"|[^".]*)$/, ''), context);
  const owner = whole && text(whole, 'owner');
  const alter = `ALTER SEQUENCE ${qualified(object)}`;
  return [
    ...(owner ? [`${alter} OWNER TO ${identifier(owner)}`] : []),
    `${alter} OWNED BY ${column}`,
  ];
}
