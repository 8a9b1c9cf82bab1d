import { identifier } from '../quoting.ts';
import { commentOf, notOfExtension, objectId, ownerOf } from './catalog.ts';
import { madeAnew } from './made-anew.ts';
import { inSchema, typeName } from './names.ts';
import { flag, list, text } from './statements.ts';

/** SQL for the operators and functions that belong to a class, or to a family alone: sorted. */
export function operatorMembers(catalog: 'pg_opclass' | 'pg_opfamily', oid: string): string {
  const belongs = (member: string, id: string): string =>
    `JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.${member}'::pg_catalog.regclass AND d.objid = ${id}
      AND d.refclassid = 'pg_catalog.${catalog}'::pg_catalog.regclass AND d.refobjid = ${oid} AND d.deptype IN ('a', 'i')`;
  // A family's row depends on the family too where it belongs to a class.
  const loose = (member: string, id: string): string =>
    catalog === 'pg_opclass'
      ? ''
      : `WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend c WHERE c.classid = 'pg_catalog.${member}'::pg_catalog.regclass
          AND c.objid = ${id} AND c.refclassid = 'pg_catalog.pg_opclass'::pg_catalog.regclass)`;
  return `ARRAY(SELECT member COLLATE "C" FROM (
      SELECT 'OPERATOR ' || o.amopstrategy || ' ' || o.amopopr::pg_catalog.regoperator::text
        || coalesce(' FOR ORDER BY ' || ${inSchema('pg_opfamily', 'opfname', 'opfnamespace', 'o.amopsortfamily')}, '') AS member
      FROM pg_catalog.pg_amop o ${belongs('pg_amop', 'o.oid')} ${loose('pg_amop', 'o.oid')}
      UNION
      SELECT 'FUNCTION ' || f.amprocnum || ' (' || ${typeName('f.amproclefttype')} || ', ' || ${typeName('f.amprocrighttype')} || ') '
        || f.amproc::pg_catalog.oid::pg_catalog.regprocedure::text
      FROM pg_catalog.pg_amproc f ${belongs('pg_amproc', 'f.oid')} ${loose('pg_amproc', 'f.oid')}
    ) m ORDER BY 1)`;
}

/** Operator classes. */
export const operatorClass = madeAnew({
  type: 'operator class',
  sql: () => `
    SELECT ${objectId('pg_opclass', 'c.oid')} AS id, 'operator class' AS type, ns.nspname AS schema, NULL AS "table",
      pg_catalog.quote_ident(c.opcname) || ' USING ' || pg_catalog.quote_ident(m.amname) AS name,
      c.opcdefault AS "default", ${typeName('c.opcintype')} AS "forType",
      CASE WHEN c.opckeytype <> 0 THEN ${typeName('c.opckeytype')} END AS "keyType",
      ${inSchema('pg_opfamily', 'opfname', 'opfnamespace', 'c.opcfamily')} AS family,
      ${operatorMembers('pg_opclass', 'c.oid')} AS members,
      ${ownerOf('c.opcowner')} AS owner, ${commentOf('pg_opclass', 'c.oid')} AS comment
    FROM pg_catalog.pg_opclass c JOIN ns ON ns.oid = c.opcnamespace JOIN pg_catalog.pg_am m ON m.oid = c.opcmethod
    WHERE ${notOfExtension('pg_opclass', 'c.oid')}`,
  address: ({ schema, name }) => ({
    word: 'OPERATOR CLASS',
    name: `${identifier(schema ?? '')}.${name}`,
  }),
  create: (object) => {
    const at = object.name.lastIndexOf(' USING ');
    const type = text(object, 'forType') ?? '';
    const storage = text(object, 'keyType');
    // The grammar wants one item at least; this one says what holds anyway.
    const items =
      list(object, 'members').length === 0 && storage === null ? [`STORAGE ${type}`] : [];
    return [
      `CREATE OPERATOR CLASS ${identifier(object.schema ?? '')}.${object.name.slice(0, at)}`,
      flag(object, 'default') ? ' DEFAULT' : '',
      ` FOR TYPE ${type}${object.name.slice(at)} FAMILY ${text(object, 'family')} AS `,
      [
        ...list(object, 'members'),
        ...(storage === null ? [] : [`STORAGE ${storage}`]),
        ...items,
      ].join(', '),
    ].join('');
  },
});
