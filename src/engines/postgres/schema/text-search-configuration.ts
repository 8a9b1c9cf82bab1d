import { commentOf, notOfExtension, objectId, ownerOf } from './catalog.ts';
import { entriesOf, entriesWithout, type Entry, namesWithout } from './entries.ts';
import type { Kind } from './kind.ts';
import { inSchema } from './names.ts';
import type { SchemaObject } from '../../schema.ts';
import { type Address, dress, list, qualified, redress, text } from './statements.ts';

const address = (object: SchemaObject): Address => ({
  word: 'TEXT SEARCH CONFIGURATION',
  name: qualified(object),
});

/** Text search configurations; `mappings` of kinds of tokens to dictionaries. */
export const textSearchConfiguration: Kind = {
  types: ['text search configuration'],
  sql: () => `
    SELECT ${objectId('pg_ts_config', 'c.oid')} AS id, 'text search configuration' AS type, ns.nspname AS schema, NULL AS "table", c.cfgname AS name,
      ${inSchema('pg_ts_parser', 'prsname', 'prsnamespace', 'c.cfgparser')} AS parser,
      ARRAY(SELECT (pg_catalog.quote_ident(t.alias) || ': ' || pg_catalog.string_agg(
          ${inSchema('pg_ts_dict', 'dictname', 'dictnamespace', 'm.mapdict')}, ', ' ORDER BY m.mapseqno)) COLLATE "C"
        FROM pg_catalog.pg_ts_config_map m JOIN pg_catalog.ts_token_type(c.cfgparser) t ON t.tokid = m.maptokentype
        WHERE m.mapcfg = c.oid GROUP BY t.alias ORDER BY 1) AS mappings,
      ${ownerOf('c.cfgowner')} AS owner, ${commentOf('pg_ts_config', 'c.oid')} AS comment
    FROM pg_catalog.pg_ts_config c JOIN ns ON ns.oid = c.cfgnamespace WHERE ${notOfExtension('pg_ts_config', 'c.oid')}`,
  create: (object) => [
    `CREATE TEXT SEARCH CONFIGURATION ${qualified(object)} (PARSER = ${text(object, 'parser')})`,
    ...entriesOf(list(object, 'mappings')).map((entry) => map(object, 'ADD', entry)),
    ...dress(object, address(object)),
  ],
  drop: (object) => [`DROP TEXT SEARCH CONFIGURATION ${qualified(object)}`],
  alter: ({ expected, actual, attributes }) => {
    if (attributes.has('parser')) return null;
    const [wanted, there] = [list(expected, 'mappings'), list(actual, 'mappings')].map(entriesOf);
    if (!wanted || !there) return null;
    const known = new Set(there.map(({ name }) => name));
    return [
      ...namesWithout(there, wanted).map(
        (name) => `ALTER TEXT SEARCH CONFIGURATION ${qualified(expected)} DROP MAPPING FOR ${name}`,
      ),
      ...entriesWithout(wanted, there).map((entry) =>
        map(expected, known.has(entry.name) ? 'ALTER' : 'ADD', entry),
      ),
      ...redress(expected, actual, attributes, address(expected)),
    ];
  },
};

function map(object: SchemaObject, how: 'ADD' | 'ALTER', { name, value }: Entry): string {
  return `ALTER TEXT SEARCH CONFIGURATION ${qualified(object)} ${how} MAPPING FOR ${name} WITH ${value}`;
}
