import { commentOf, notOfExtension, objectId, ownerOf } from './catalog.ts';
import { madeAnew } from './made-anew.ts';
import { inSchema } from './names.ts';
import { qualified, text } from './statements.ts';

/** Text search dictionaries; `settings` as the catalog has them: `language = 'english'`. */
export const textSearchDictionary = madeAnew({
  type: 'text search dictionary',
  sql: () => `
    SELECT ${objectId('pg_ts_dict', 'dict.oid')} AS id, 'text search dictionary' AS type, ns.nspname AS schema, NULL AS "table", dict.dictname AS name,
      ${inSchema('pg_ts_template', 'tmplname', 'tmplnamespace', 'dict.dicttemplate')} AS template, dict.dictinitoption AS settings,
      ${ownerOf('dict.dictowner')} AS owner, ${commentOf('pg_ts_dict', 'dict.oid')} AS comment
    FROM pg_catalog.pg_ts_dict dict JOIN ns ON ns.oid = dict.dictnamespace WHERE ${notOfExtension('pg_ts_dict', 'dict.oid')}`,
  address: (object) => ({ word: 'TEXT SEARCH DICTIONARY', name: qualified(object) }),
  create: (object) => {
    const settings = text(object, 'settings');
    const all = [
      `TEMPLATE = ${text(object, 'template')}`,
      ...(settings === null ? [] : [settings]),
    ];
    return `CREATE TEXT SEARCH DICTIONARY ${qualified(object)} (${all.join(', ')})`;
  },
});
