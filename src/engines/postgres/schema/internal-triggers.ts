import { literal } from '../quoting.ts';
import { firingOf } from './firing.ts';
import type { Kind } from './kind.ts';
import type { SchemaObject } from '../../schema.ts';
import { entriesOf } from './entries.ts';
import { dollarQuote } from './dollar-quote.ts';
import { list, relationOf } from './statements.ts';

/**
 * What tells an internal trigger in any database: `name` of its constraint and its function, where
 * it has them; a clone on a partition has the name of its parent's.
 */
const role = `CASE WHEN t.tgconstraint = 0 THEN 'trigger ' || pg_catalog.quote_ident(t.tgname)
  ELSE 'constraint ' || pg_catalog.quote_ident((SELECT c.conname FROM pg_catalog.pg_constraint c WHERE c.oid = t.tgconstraint))
    || ' ' || (SELECT p.proname FROM pg_catalog.pg_proc p WHERE p.oid = t.tgfoid) END`;

/** How it fires unless somebody changed that: a clone as its parent does. */
const usual = `CASE WHEN t.tgconstraint <> 0 THEN 'O'
  ELSE coalesce((SELECT parent.tgenabled FROM pg_catalog.pg_trigger parent WHERE parent.oid = t.tgparentid), 'O') END`;

/** A user's constraint trigger has a row in pg_constraint and is no internal one. */
const internal = `(t.tgisinternal OR t.tgparentid <> 0)`;

/**
 * The triggers by which a table keeps its foreign keys, and clones of a partitioned table's
 * triggers. They are there by themselves: an object stands for those of one table that do not fire
 * as usual, after `DISABLE TRIGGER ALL`.
 */
export const internalTriggers: Kind = {
  types: ['internal triggers'],
  sql: () => `
    SELECT 'internal triggers:' || r.relid AS id, 'internal triggers' AS type, r.nspname AS schema, r.relname AS "table", 'all' AS name, s.states
    FROM (
      SELECT t.tgrelid, pg_catalog.array_agg((${role} || ': ' || ${firingOf('t.tgenabled')}) COLLATE "C" ORDER BY (${role} || ': ' || ${firingOf('t.tgenabled')}) COLLATE "C") AS states
      FROM pg_catalog.pg_trigger t WHERE ${internal} AND t.tgenabled <> ${usual} GROUP BY t.tgrelid
    ) s JOIN rel r ON r.relid = s.tgrelid`,
  // The constraints come with the tables, or after them.
  create: () => [],
  finish: (object) => [setStates(object, list(object, 'states'))],
  drop: (object) => [setStates(object, [])],
  alter: ({ expected }) => [setStates(expected, list(expected, 'states'))],
};

/** Their names hold numbers of their database, so that only the database itself can tell them. */
function setStates(object: SchemaObject, states: readonly string[]): string {
  const wanted = entriesOf(states).map(
    ({ name, value }) => `WHEN ${literal(name)} THEN ${literal(value)}`,
  );
  const state =
    wanted.length === 0
      ? firingOf(usual)
      : `CASE ${role} ${wanted.join(' ')} ELSE ${firingOf(usual)} END`;
  const table = relationOf(object);
  const block = `
DECLARE
  change record;
BEGIN
  FOR change IN
    SELECT tgname, CASE state WHEN 'origin' THEN 'ENABLE' WHEN 'disabled' THEN 'DISABLE' ELSE 'ENABLE ' || upper(state) END AS how
    FROM (SELECT t.tgname, ${firingOf('t.tgenabled')} AS present, ${state} AS state
      FROM pg_catalog.pg_trigger t WHERE t.tgrelid = ${literal(table)}::pg_catalog.regclass AND ${internal}) t
    WHERE present <> state
  LOOP
    EXECUTE format('ALTER TABLE %s %s TRIGGER %I', ${literal(table)}, change.how, change.tgname);
  END LOOP;
END
`;
  return `DO ${dollarQuote(block, 'enable')}`;
}
