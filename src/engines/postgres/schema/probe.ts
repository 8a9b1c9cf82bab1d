import { withCommonTables } from './catalog.ts';
import type { There } from './kind.ts';

/** The first oid that an object can have that did not come with the server. */
const firstOid = 16384;

const madeIn = (catalog: string): string =>
  `EXISTS (SELECT FROM pg_catalog.${catalog} WHERE oid >= ${firstOid})`;
/** Views are known by their rewrite rules: that needs no look at every relation. */
const rules = (comparison: string): string =>
  `EXISTS (SELECT FROM pg_catalog.pg_rewrite w WHERE w.oid >= ${firstOid} AND w.rulename ${comparison} '_RETURN')`;
const types = (typtype: string): string =>
  `EXISTS (SELECT FROM pg_catalog.pg_type t WHERE t.typtype = '${typtype}' AND t.oid >= ${firstOid})`;

/** SQL for whether a database may have any object of a kind; one that is not here is always read. */
const conditions: Readonly<Record<string, string>> = {
  extension: madeIn('pg_extension'),
  collation: madeIn('pg_collation'),
  enum: types('e'),
  'base type': `EXISTS (SELECT FROM pg_catalog.pg_type t WHERE t.oid >= ${firstOid} AND (t.typtype = 'b' AND t.typcategory <> 'A' OR NOT t.typisdefined))`,
  domain: types('d'),
  'composite type': `EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.relkind = 'c' AND c.oid >= ${firstOid})`,
  'range type': `EXISTS (SELECT FROM pg_catalog.pg_range r WHERE r.rngtypid >= ${firstOid})`,
  language: `EXISTS (SELECT FROM pg_catalog.pg_language l WHERE l.lanispl AND NOT EXISTS (SELECT FROM members m
    WHERE m.classid = 'pg_catalog.pg_language'::pg_catalog.regclass AND m.objid = l.oid))`,
  function: madeIn('pg_proc'),
  aggregate: madeIn('pg_proc'),
  operator: madeIn('pg_operator'),
  'operator family': madeIn('pg_opfamily'),
  'operator class': madeIn('pg_opclass'),
  cast: madeIn('pg_cast'),
  transform: madeIn('pg_transform'),
  'access method': madeIn('pg_am'),
  conversion: madeIn('pg_conversion'),
  'text search parser': madeIn('pg_ts_parser'),
  'text search template': madeIn('pg_ts_template'),
  'text search dictionary': madeIn('pg_ts_dict'),
  'text search configuration': madeIn('pg_ts_config'),
  'foreign data wrapper': madeIn('pg_foreign_data_wrapper'),
  'foreign server': madeIn('pg_foreign_server'),
  'user mapping': madeIn('pg_foreign_server'),
  sequence: `EXISTS (SELECT FROM pg_catalog.pg_sequence)`,
  inheritance: `EXISTS (SELECT FROM pg_catalog.pg_inherits)`,
  'index settings': `EXISTS (SELECT FROM pg_catalog.pg_inherits)`,
  'foreign table': `EXISTS (SELECT FROM pg_catalog.pg_foreign_table)`,
  statistics: madeIn('pg_statistic_ext'),
  view: rules('='),
  'materialized view': rules('='),
  rule: rules('<>'),
  trigger: `EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE NOT t.tgisinternal)`,
  // Where every trigger fires as usual, so do these.
  'internal triggers': `EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.tgenabled <> 'O')`,
  policy: madeIn('pg_policy'),
  publication: madeIn('pg_publication'),
  subscription: `EXISTS (SELECT FROM pg_catalog.pg_subscription)`,
  'event trigger': madeIn('pg_event_trigger'),
  'default privileges': madeIn('pg_default_acl'),
};

/**
 * Asks which kinds may be there, as `probed`: most databases have few of them, and to plan a query
 * costs more than to find out that it would answer nothing.
 */
export const probeSql = withCommonTables(`
SELECT pg_catalog.concat_ws(',', ${Object.entries(conditions)
  .map(([name, condition]) => `CASE WHEN ${condition} THEN '${name}' END`)
  .join(', ')}) AS probed`);

/** What `probeSql` answered. */
export function thereIs(probed: string): There {
  const there = new Set(probed.split(','));
  return (what) => !(what in conditions) || there.has(what);
}

/** Where nobody asked. */
export const perhaps: There = () => true;
