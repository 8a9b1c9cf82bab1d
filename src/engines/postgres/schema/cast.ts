import { commentOf, notOfExtension, objectId } from './catalog.ts';
import { madeAnew } from './made-anew.ts';
import { typeName } from './names.ts';
import { text } from './statements.ts';

/** Casts between types; those of PostgreSQL and of range types left out. */
export const cast = madeAnew({
  type: 'cast',
  sql: () => `
    SELECT ${objectId('pg_cast', 'c.oid')} AS id, 'cast' AS type, NULL AS schema, NULL AS "table",
      '(' || ${typeName('c.castsource')} || ' AS ' || ${typeName('c.casttarget')} || ')' AS name,
      CASE c.castmethod WHEN 'f' THEN 'WITH FUNCTION ' || c.castfunc::pg_catalog.regprocedure::text WHEN 'i' THEN 'WITH INOUT' ELSE 'WITHOUT FUNCTION' END AS method,
      CASE c.castcontext WHEN 'a' THEN 'assignment' WHEN 'i' THEN 'implicit' ELSE 'explicit' END AS context,
      ${commentOf('pg_cast', 'c.oid')} AS comment
    FROM pg_catalog.pg_cast c
    WHERE c.oid >= 16384 AND ${notOfExtension('pg_cast', 'c.oid')}
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
        WHERE d.classid = 'pg_catalog.pg_cast'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'i')`,
  address: ({ name }) => ({ word: 'CAST', name }),
  create: (object) => {
    const context = text(object, 'context');
    const when = context === 'explicit' ? '' : ` AS ${context?.toUpperCase()}`;
    return `CREATE CAST ${object.name} ${text(object, 'method')}${when}`;
  },
});
