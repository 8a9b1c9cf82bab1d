import { commentOf, notOfExtension, objectId } from './catalog.ts';
import { madeAnew } from './made-anew.ts';
import { functionName } from './names.ts';
import { qualified, text } from './statements.ts';

/** Access methods of tables and indexes. */
export const accessMethod = madeAnew({
  type: 'access method',
  sql: () => `
    SELECT ${objectId('pg_am', 'am.oid')} AS id, 'access method' AS type, NULL AS schema, NULL AS "table", am.amname AS name,
      CASE am.amtype WHEN 't' THEN 'table' ELSE 'index' END AS "for", ${functionName('am.amhandler')} AS handler,
      ${commentOf('pg_am', 'am.oid')} AS comment
    FROM pg_catalog.pg_am am WHERE am.oid >= 16384 AND ${notOfExtension('pg_am', 'am.oid')}`,
  address: (object) => ({ word: 'ACCESS METHOD', name: qualified(object) }),
  create: (object) =>
    `CREATE ACCESS METHOD ${qualified(object)} TYPE ${text(object, 'for')?.toUpperCase()} HANDLER ${text(object, 'handler')}`,
});
