import { commentOf, notOfExtension, objectId } from './catalog.ts';
import { madeAnew } from './made-anew.ts';
import { typeName } from './names.ts';
import { text } from './statements.ts';

const signature = (column: string): string =>
  `CASE WHEN ${column} <> 0 THEN ${column}::pg_catalog.oid::pg_catalog.regprocedure::text END`;

/** Transforms of a type for a procedural language. */
export const transform = madeAnew({
  type: 'transform',
  sql: () => `
    SELECT ${objectId('pg_transform', 't.oid')} AS id, 'transform' AS type, NULL AS schema, NULL AS "table",
      'FOR ' || ${typeName('t.trftype')} || ' LANGUAGE ' || pg_catalog.quote_ident(l.lanname) AS name,
      ${signature('t.trffromsql')} AS "fromSql", ${signature('t.trftosql')} AS "toSql",
      ${commentOf('pg_transform', 't.oid')} AS comment
    FROM pg_catalog.pg_transform t JOIN pg_catalog.pg_language l ON l.oid = t.trflang
    WHERE ${notOfExtension('pg_transform', 't.oid')}`,
  address: ({ name }) => ({ word: 'TRANSFORM', name }),
  create: (object) => {
    const [from, to] = [text(object, 'fromSql'), text(object, 'toSql')];
    const functions = [
      ...(from === null ? [] : [`FROM SQL WITH FUNCTION ${from}`]),
      ...(to === null ? [] : [`TO SQL WITH FUNCTION ${to}`]),
    ];
    return `CREATE TRANSFORM ${object.name} (${functions.join(', ')})`;
  },
});
