import type { SchemaObject } from '../../schema.ts';
import { columnText, constraintOfColumn } from './create.ts';
import { folded, identifier } from './keywords.ts';
import { nameOf, tokensOf } from './tokens.ts';
import { columnNames, type TablePlan } from './table-plan.ts';
import type { Change, Work } from './work.ts';

/**
 * ADD COLUMN and DROP COLUMN, where these alone make a table what it shall be, its columns' order
 * too; null where it has to be rebuilt. https://www.sqlite.org/lang_altertable.html
 */
export function alterations(plan: TablePlan): readonly Work[] | null {
  const { changes } = plan;
  const added = changes.filter((each) => isColumn(each) && each.change === 'missing');
  const dropped = changes.filter((each) => isColumn(each) && each.change === 'unexpected');
  const constraints = changes.filter((each) => each.object.type === 'constraint');
  if (added.length + dropped.length + constraints.length < changes.length) return null;
  if (!endsInOrder(plan, added, dropped)) return null;
  const carriers = constraints.map((each) => carrierOf(each, added));
  const additions = inOrder(added, plan).map((column) => {
    const carried = constraints.filter((_, at) => carriers[at] === column);
    return carried.length === 0 || canCarry(column, carried) ? { column, carried } : null;
  });
  if (carriers.includes(null) || additions.includes(null)) return null;
  if (!added.every(({ object }) => canBeAdded(object))) return null;
  if (!dropped.every(({ object }) => canBeDropped(object, plan))) return null;
  return [
    ...additions.flatMap((each) => (each ? addition(each.column, each.carried) : [])),
    ...dropped.map(removal),
  ];
}

function isColumn({ object }: Change): boolean {
  return object.type === 'column';
}

/** ADD COLUMN puts a column at the end. */
function endsInOrder(
  plan: TablePlan,
  added: readonly Change[],
  dropped: readonly Change[],
): boolean {
  const gone = new Set(dropped.map(({ object }) => object.name));
  const kept = columnNames(plan.there.table).filter((name) => !gone.has(name));
  const after = [...kept, ...inOrder(added, plan).map(({ object }) => object.name)];
  return (
    added.length === 0 || after.join('\0') === plan.target.columns.map(nameOfObject).join('\0')
  );
}

function inOrder(added: readonly Change[], { target }: TablePlan): readonly Change[] {
  const order = target.columns.map(nameOfObject);
  return added.toSorted((a, b) => order.indexOf(a.object.name) - order.indexOf(b.object.name));
}

function nameOfObject({ name }: SchemaObject): string {
  return name;
}

/** The new column that a new constraint can stand behind; null: there is none. */
function carrierOf({ change, object }: Change, added: readonly Change[]): Change | null {
  const { kind, key, expression } = object.attributes;
  if (change !== 'missing') return null;
  if (kind === 'foreign key')
    return added.find((column) => identifier(column.object.name) === key) ?? null;
  if (kind !== 'check' || typeof expression !== 'string') return null;
  const mentioned = new Set(tokensOf(expression).map((token) => folded(nameOf(token))));
  return added.findLast((column) => mentioned.has(folded(column.object.name))) ?? null;
}

/** With foreign keys on, SQLite adds a reference to NULL alone. */
function canCarry({ object }: Change, carried: readonly Change[]): boolean {
  const refers = carried.some((each) => each.object.attributes['kind'] === 'foreign key');
  return !refers || object.attributes['default'] === null;
}

/** With rows in the table it wants a constant, and nothing that is stored. */
function canBeAdded({ attributes }: SchemaObject): boolean {
  const { generated, default: value } = attributes;
  return generated !== 'stored' && !/^(\(|CURRENT_)/.test(String(value ?? ''));
}

/** No view or trigger may name it; one that changes too is made anew only after this. */
function canBeDropped({ name }: SchemaObject, { bodies }: TablePlan): boolean {
  const quoted = `"${folded(name).replaceAll('"', '""')}"`;
  return !bodies.some((body) => folded(body).includes(quoted));
}

function addition(column: Change, carried: readonly Change[]): Work {
  const { object } = column;
  const table = identifier(object.table ?? '');
  const words = [columnText(object), ...carried.map((each) => constraintOfColumn(each.object))];
  return {
    stage: 'tables',
    statements: [`ALTER TABLE ${table} ADD COLUMN ${words.join(' ')}`],
    note: needsValue(object) ? withoutValue(object) : null,
    covers: [column, ...carried].map(({ difference }) => difference),
  };
}

/** A column that rows which are there already have no value for. */
export function needsValue({ attributes }: SchemaObject): boolean {
  const { notNull, default: value, generated } = attributes;
  return notNull === true && value === null && generated === null;
}

export function withoutValue({ name, table }: SchemaObject): string {
  return `Fails while ${table ?? ''} has rows: ${name} is NOT NULL without a default, so write down first what they shall hold`;
}

function removal({ difference, object }: Change): Work {
  const table = identifier(object.table ?? '');
  return {
    stage: 'tables',
    statements: [`ALTER TABLE ${table} DROP COLUMN ${identifier(object.name)}`],
    note: `The values in ${object.name} are lost`,
    covers: [difference],
  };
}
