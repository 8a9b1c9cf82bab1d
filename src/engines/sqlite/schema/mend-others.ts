import type { SchemaDifference, SchemaObject } from '../../schema.ts';
import type { Outlook } from './changes.ts';
import { createIndex, createTrigger, createView, createVirtualTable } from './create.ts';
import { identifier } from './keywords.ts';
import { changed } from './table-plan.ts';
import type { Change, Work } from './work.ts';

/** What mends views, virtual tables, and the indexes and triggers of tables that stay. */
export function mendOthers(
  outlook: Outlook,
  covered: ReadonlySet<SchemaDifference>,
): readonly Work[] {
  const left = outlook.changes.filter(({ difference }) => !covered.has(difference));
  const views = left
    .filter(({ object }) => object.type === 'view')
    .map((each) => viewWork(each, { ...outlook, changes: left }));
  const withViews = new Set(views.flatMap(({ covers }) => covers));
  return [
    ...views,
    ...left
      .filter(({ difference }) => !withViews.has(difference))
      .flatMap((each) => workOf(each) ?? []),
  ];
}

/** A view takes its triggers with it when it goes. */
function viewWork(view: Change, { there, changes }: Outlook): Work {
  const { change, object } = view;
  const triggers = changes.filter(
    (each) => each.object.type === 'trigger' && each.object.table === object.name,
  );
  const drop = `DROP VIEW ${identifier(object.name)}`;
  if (change === 'missing') return work('views', view, [createView(object)]);
  if (change === 'unexpected') {
    const gone = triggers.filter((each) => each.change === 'unexpected');
    return work('drop views', view, [drop], gone);
  }
  const kept = triggers.filter((each) => each.change !== 'unexpected');
  const own = there.filter(({ type, table }) => type === 'trigger' && table === object.name);
  const again = changed(own, triggers).map(createTrigger);
  return work('views', view, [drop, createView(object), ...again], kept);
}

function work(
  stage: Work['stage'],
  change: Change,
  statements: readonly string[],
  others: readonly Change[] = [],
): Work {
  return {
    stage,
    statements,
    note: null,
    covers: [change, ...others].map(({ difference }) => difference),
  };
}

function workOf(change: Change): Work | null {
  switch (change.object.type) {
    case 'index':
      return indexWork(change);
    case 'trigger':
      return triggerWork(change);
    case 'virtual table':
      return virtualTableWork(change);
    default:
      return { ...work('tables', change, []), note: 'Its table is not there' };
  }
}

/** Something in its way may be gone with its table by then. */
function indexWork(change: Change): Work {
  const { object } = change;
  const name = identifier(object.name);
  if (change.change === 'unexpected') return work('drop indexes', change, [`DROP INDEX ${name}`]);
  const drop = change.change === 'changed' ? [`DROP INDEX IF EXISTS ${name}`] : [];
  return work('indexes', change, [...drop, createIndex(object)]);
}

function triggerWork(change: Change): Work {
  const { object } = change;
  const name = identifier(object.name);
  if (change.change === 'unexpected')
    return work('drop triggers', change, [`DROP TRIGGER ${name}`]);
  const drop = change.change === 'changed' ? [`DROP TRIGGER IF EXISTS ${name}`] : [];
  return work('triggers', change, [...drop, createTrigger(object)]);
}

function virtualTableWork(change: Change): Work {
  const { object } = change;
  const drop = dropTable(object);
  if (change.change === 'missing')
    return work('virtual tables', change, [createVirtualTable(object)]);
  if (change.change === 'unexpected')
    return { ...work('drop tables', change, [drop]), note: 'What it holds is lost' };
  return {
    ...work('virtual tables', change, [drop, createVirtualTable(object)]),
    note: 'What it holds is lost and has to be filled in anew',
  };
}

function dropTable({ name }: SchemaObject): string {
  return `DROP TABLE ${identifier(name)}`;
}
