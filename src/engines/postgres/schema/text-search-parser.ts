import { commentOf, notOfExtension, objectId } from './catalog.ts';
import { definedBy, definitionOf, madeAnew } from './made-anew.ts';
import { functionName } from './names.ts';
import { qualified } from './statements.ts';

const definition = definitionOf({
  START: functionName('p.prsstart'),
  GETTOKEN: functionName('p.prstoken'),
  END: functionName('p.prsend'),
  LEXTYPES: functionName('p.prslextype'),
  HEADLINE: functionName('p.prsheadline'),
});

/** Text search parsers. */
export const textSearchParser = madeAnew({
  type: 'text search parser',
  sql: () => `
    SELECT ${objectId('pg_ts_parser', 'p.oid')} AS id, 'text search parser' AS type, ns.nspname AS schema, NULL AS "table", p.prsname AS name,
      ${definition} AS definition, ${commentOf('pg_ts_parser', 'p.oid')} AS comment
    FROM pg_catalog.pg_ts_parser p JOIN ns ON ns.oid = p.prsnamespace WHERE ${notOfExtension('pg_ts_parser', 'p.oid')}`,
  address: (object) => ({ word: 'TEXT SEARCH PARSER', name: qualified(object) }),
  create: (object) => definedBy(`CREATE TEXT SEARCH PARSER ${qualified(object)}`, object),
});
