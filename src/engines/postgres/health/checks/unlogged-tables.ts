import { nameOf, userRelations } from '../catalog.ts';
import { areMany, listingCheck } from '../listing.ts';

export const unloggedTables = listingCheck<{ name: string; detail: string; mend: string }>({
  id: 'unlogged-tables',
  title: 'tables that a crash empties',
  group: 'integrity',
  source: 'the manual, CREATE TABLE; jem-db',
  level: 'warning',
  sql: () => `
    SELECT ${nameOf('t')} AS name,
      format('%s, about %s row(s)', CASE t.relkind WHEN 'S' THEN 'unlogged sequence' ELSE 'unlogged' END, greatest(t.reltuples, 0)) AS detail,
      format('ALTER %s %s SET LOGGED;', CASE t.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, ${nameOf('t')}) AS mend
    FROM ${userRelations('t', 'rS')}
    -- A sequence of a table follows it.
    WHERE t.relpersistence = 'u' AND NOT EXISTS (SELECT FROM pg_depend d
      WHERE d.classid = 'pg_class'::regclass AND d.objid = t.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i'))`,
  none: 'every table outlives a crash',
  some: (count, { name }) =>
    `${areMany(count, 'table is', 'tables are')} unlogged: empty after a crash, and on every replica (${name}${count > 1 ? ', …' : ''})`,
  hint: ({ mend }) => `${mend} -- writes all of it to the log, under a lock`,
});
