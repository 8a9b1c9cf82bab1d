import { commentOf, notOfExtension, objectId } from './catalog.ts';
import { definedBy, definitionOf, madeAnew } from './made-anew.ts';
import { functionName } from './names.ts';
import { qualified } from './statements.ts';

const definition = definitionOf({
  INIT: functionName('t.tmplinit'),
  LEXIZE: functionName('t.tmpllexize'),
});

/** Text search templates. */
export const textSearchTemplate = madeAnew({
  type: 'text search template',
  sql: () => `
    SELECT ${objectId('pg_ts_template', 't.oid')} AS id, 'text search template' AS type, ns.nspname AS schema, NULL AS "table", t.tmplname AS name,
      ${definition} AS definition, ${commentOf('pg_ts_template', 't.oid')} AS comment
    FROM pg_catalog.pg_ts_template t JOIN ns ON ns.oid = t.tmplnamespace WHERE ${notOfExtension('pg_ts_template', 't.oid')}`,
  address: (object) => ({ word: 'TEXT SEARCH TEMPLATE', name: qualified(object) }),
  create: (object) => definedBy(`CREATE TEXT SEARCH TEMPLATE ${qualified(object)}`, object),
});
