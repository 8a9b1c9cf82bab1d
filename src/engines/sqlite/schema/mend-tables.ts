import { type Schema, type SchemaDifference, type SchemaObject } from '../../schema.ts';
import { alterations } from './alter-table.ts';
import type { Outlook } from './changes.ts';
import { createTable } from './create.ts';
import { folded, identifier } from './keywords.ts';
import { rebuild } from './rebuild.ts';
import { changed, columnNames, definitionOf, type TablePlan } from './table-plan.ts';
import type { Change, Work } from './work.ts';

/** What mends tables, their columns and constraints; and every difference that goes with it. */
export function mendTables(
  expected: Schema,
  outlook: Outlook,
): { readonly works: readonly Work[]; readonly covered: ReadonlySet<SchemaDifference> } {
  const { changes } = outlook;
  const tables = changes.filter(({ object }) => object.type === 'table');
  const works: Work[] = [
    ...tables
      .filter((each) => each.change === 'missing')
      .map((each) => creation(each, expected, changes)),
    ...tables.filter((each) => each.change === 'unexpected').map((each) => removal(each, outlook)),
  ];
  const covered = new Set(works.flatMap(({ covers }) => covers));
  const left = changes.filter(({ difference }) => !covered.has(difference));
  for (const name of new Set(left.filter(isOfTable).map(({ object }) => tableOf(object)))) {
    const plan = planOf(name, expected, { ...outlook, changes: left });
    if (plan) works.push(...(alterations(plan) ?? [rebuild(plan)]));
  }
  return { works, covered: new Set(works.flatMap(({ covers }) => covers)) };
}

function isOfTable({ object }: Change): boolean {
  return ['table', 'column', 'constraint'].includes(object.type);
}

function tableOf({ table, name }: SchemaObject): string {
  return table ?? name;
}

function creation(
  { difference, object }: Change,
  expected: Schema,
  changes: readonly Change[],
): Work {
  const parts = expected.objects.filter(({ table }) => table === object.name);
  const within = changes.filter(
    (each) => each.change === 'missing' && each.object.table === object.name && isOfTable(each),
  );
  return {
    stage: 'tables',
    statements: [createTable(definitionOf(object, parts))],
    note: null,
    covers: [difference, ...within.map((each) => each.difference)],
  };
}

/** With foreign keys on, DROP TABLE deletes the rows first, and what refers to them. */
function removal({ difference, object }: Change, { there, changes }: Outlook): Work {
  const within = changes.filter(
    (each) => each.change === 'unexpected' && each.object.table === object.name,
  );
  const drop = `DROP TABLE ${identifier(object.name)}`;
  const isParent = there.some(
    ({ table, attributes }) =>
      table !== object.name &&
      folded(String(attributes['references'] ?? '')) === folded(object.name),
  );
  return {
    stage: 'drop tables',
    statements: isParent ? ['PRAGMA foreign_keys = OFF', drop, 'PRAGMA foreign_keys = ON'] : [drop],
    note: 'Its rows are lost',
    covers: [difference, ...within.map((each) => each.difference)],
  };
}

/** Null where the table is not there, though its parts are said to differ. */
function planOf(name: string, expected: Schema, { there, changes }: Outlook): TablePlan | null {
  const isTable = ({ type, name: its }: SchemaObject): boolean => type === 'table' && its === name;
  const table = there.find(isTable);
  if (!table) return null;
  const ofTable = changes.filter(({ object }) => tableOf(object) === name);
  const own = there.filter((object) => object.table === name);
  const parts = changed(
    own,
    ofTable.filter(({ object }) => object.table === name),
  );
  const wanted = expected.objects.find(isTable);
  const target = ofTable.find(({ object }) => isTable(object))?.object ?? table;
  const order = wanted ? columnNames(wanted) : columnNames(table);
  return {
    there: definitionOf(table, own),
    target: definitionOf(target, parts, order),
    changes: ofTable.filter(isOfTable),
    others: ofTable.filter((each) => !isOfTable(each) && each.change !== 'unexpected'),
    indexes: parts.filter(({ type }) => type === 'index'),
    triggers: parts.filter(({ type }) => type === 'trigger'),
    bodies: there.flatMap(bodyOf),
    names: new Set([...there, ...expected.objects].map((object) => folded(object.name))),
    foreignKeys: there.some(({ attributes }) => attributes['kind'] === 'foreign key'),
  };
}

/** Of views and triggers, with every name in quotes. */
function bodyOf({ type, attributes }: SchemaObject): readonly string[] {
  const { definition, when, body, of } = attributes;
  if (type === 'view') return [String(definition)];
  if (type !== 'trigger') return [];
  const columns = Array.isArray(of) ? of.map((name) => `"${name}"`).join() : '';
  return [`${columns} ${String(when)} ${String(body)}`];
}
