import type { Hit } from '../finding.ts';
import { rule } from '../rule.ts';
import { alterations, comesBack, isNewTable } from './around.ts';
import { keyOfParts, tableNamed } from './model.ts';
import type { ParsedRule } from './rule.ts';
import { as, partsOf, quoted, shownParts } from './tree.ts';

const dropColumn: ParsedRule = rule({
  id: 'drop-column',
  level: 'warning',
  lock: 'AccessExclusive',
  harm: null,
  title: 'a column that goes',
  why: 'what it holds is lost, and programs that run now and still name it fail',
  check: (around) =>
    alterations(around).flatMap(({ command, on, table }): Hit[] => {
      if (command.subtype !== 'AT_DropColumn') return [];
      const name = quoted(command.name ?? '');
      const required = table?.columns.get(command.name ?? '')?.notNull === true;
      const first = required
        ? ` Before that let new rows do without it: \`ALTER TABLE ${on} ALTER COLUMN ${name} DROP NOT NULL\`.`
        : '';
      return [
        {
          what: `DROP COLUMN ${name} of ${on}`,
          relation: on,
          hint: `Release programs that no longer read or write it first, and drop it in a later migration.${first}`,
        },
      ];
    }),
});

const dropTable: ParsedRule = rule({
  id: 'drop-table',
  level: 'warning',
  lock: 'AccessExclusive',
  harm: null,
  title: 'a table that goes',
  why: 'what it holds is lost, and programs that run now and still name it fail',
  check(around) {
    const drop = as(around.node, 'DropStmt');
    const isTable = drop?.removeType === 'OBJECT_TABLE' || drop?.removeType === 'OBJECT_MATVIEW';
    if (!drop || !isTable) return [];
    return (drop.objects ?? []).flatMap((object): Hit[] => {
      const parts = partsOf(object);
      if (isNewTable(around, tableNamed(around.model, keyOfParts(parts)))) return [];
      const name = shownParts(parts);
      // Of a view nothing is lost that cannot be computed again.
      const isView = drop.removeType === 'OBJECT_MATVIEW';
      if (isView && comesBack(around, keyOfParts(parts))) return [];
      return [
        {
          what: `DROP ${isView ? 'MATERIALIZED VIEW' : 'TABLE'} ${name}`,
          ...(isView && { why: 'programs that run now and still name it fail' }),
          relation: name,
          hint: `Release programs that no longer use it first. If you may want it back: \`ALTER TABLE ${name} RENAME TO ${quoted(`old_${parts.at(-1) ?? ''}`)}\` now, and drop it in a later migration; of a partition, DETACH it CONCURRENTLY first.`,
        },
      ];
    });
  },
});

/** What CASCADE takes along of these is rows or constraints of tables. */
const holders = new Map([
  ['OBJECT_TABLE', 'TABLE'],
  ['OBJECT_TYPE', 'TYPE'],
  ['OBJECT_DOMAIN', 'DOMAIN'],
  ['OBJECT_EXTENSION', 'EXTENSION'],
  ['OBJECT_SEQUENCE', 'SEQUENCE'],
]);

const dropCascade: ParsedRule = rule({
  id: 'drop-cascade',
  level: 'warning',
  lock: 'AccessExclusive',
  harm: null,
  title: 'DROP … CASCADE',
  why: 'it drops whatever depends on it without naming it: columns, foreign keys, views, defaults',
  check(around) {
    const drop = as(around.node, 'DropStmt');
    const kind = holders.get(drop?.removeType ?? '');
    if (!drop || kind === undefined || drop.behavior !== 'DROP_CASCADE') return [];
    const old = (drop.objects ?? [])
      .map(partsOf)
      .filter((parts) => !isNewTable(around, tableNamed(around.model, keyOfParts(parts))));
    if (old.length === 0) return [];
    const names = old.map(shownParts).join(', ');
    return [
      {
        what: `DROP ${kind} ${names} CASCADE`,
        relation: names,
        hint: 'Drop by name what depends on it, then this without CASCADE: then nothing goes that nobody thought of.',
      },
    ];
  },
});

const dropSchema: ParsedRule = rule({
  id: 'drop-schema',
  level: 'error',
  lock: 'AccessExclusive',
  harm: null,
  title: 'a schema or database that goes with all it holds',
  why: 'every table in it is lost, whichever they are on that server',
  check({ node }): Hit[] {
    const drop = as(node, 'DropStmt');
    const cascade = drop?.removeType === 'OBJECT_SCHEMA' && drop.behavior === 'DROP_CASCADE';
    const database = as(node, 'DropdbStmt')?.dbname;
    const owned = as(node, 'DropOwnedStmt');
    const hint = 'Drop by name what is in it, then the empty schema without CASCADE.';
    if (database !== undefined)
      return [
        {
          what: `DROP DATABASE ${quoted(database)}`,
          relation: null,
          lock: null,
          hint: 'A migration is no place for it: drop a database by hand, with a backup at hand.',
        },
      ];
    if (owned)
      return [
        {
          what: 'DROP OWNED',
          relation: null,
          hint: 'Drop by name what the role owns, or REASSIGN OWNED.',
        },
      ];
    if (!cascade) return [];
    const names = (drop.objects ?? []).map((object) => shownParts(partsOf(object))).join(', ');
    return [{ what: `DROP SCHEMA ${names} CASCADE`, relation: null, hint }];
  },
});

export const dropRules: readonly ParsedRule[] = [dropColumn, dropTable, dropCascade, dropSchema];
