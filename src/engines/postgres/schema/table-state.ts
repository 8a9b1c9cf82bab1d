import { identifier } from '../quoting.ts';
import type { SchemaObject } from '../../schema.ts';
import type { Change, MendContext, SchemaIndex } from './kind.ts';
import { flag, qualified, relationOf, text } from './statements.ts';

/** Statements for the state of a table that is new, save what an index must be there for. */
export function tableState(table: SchemaObject): string[] {
  const alter = `ALTER TABLE ${qualified(table)}`;
  const identity = text(table, 'replicaIdentity');
  return [
    ...(flag(table, 'rowSecurity') ? [`${alter} ENABLE ROW LEVEL SECURITY`] : []),
    ...(flag(table, 'forceRowSecurity') ? [`${alter} FORCE ROW LEVEL SECURITY`] : []),
    ...(identity === 'full' || identity === 'nothing'
      ? [`${alter} REPLICA IDENTITY ${identity.toUpperCase()}`]
      : []),
  ];
}

/** Statements for changes of a table's state; an index that is made by the same mend brings its own. */
export function alterTableState(
  { expected, actual, attributes }: Change,
  context: MendContext,
): string[] {
  const alter = `ALTER TABLE ${qualified(expected)}`;
  const changed = (name: string, statement: () => string | null): string[] => {
    const text = attributes.has(name) ? statement() : null;
    return text === null ? [] : [`${alter} ${text}`];
  };
  const isLater = (index: string): boolean =>
    !isPart(expected, index, context) ||
    ['index', 'constraint'].some((type) =>
      context.isMade({ type, schema: expected.schema, table: expected.name, name: index }),
    );
  return [
    ...changed('ofType', () => {
      const type = text(expected, 'ofType');
      return type === null ? 'NOT OF' : `OF ${type}`;
    }),
    ...changed('persistence', () =>
      text(expected, 'persistence') === 'unlogged' ? 'SET UNLOGGED' : 'SET LOGGED',
    ),
    ...changed('accessMethod', () => {
      const method = text(expected, 'accessMethod');
      return `SET ACCESS METHOD ${method === null ? 'DEFAULT' : identifier(method)}`;
    }),
    ...changed(
      'tablespace',
      () => `SET TABLESPACE ${identifier(text(expected, 'tablespace') ?? 'pg_default')}`,
    ),
    ...changed('rowSecurity', () =>
      flag(expected, 'rowSecurity') ? 'ENABLE ROW LEVEL SECURITY' : 'DISABLE ROW LEVEL SECURITY',
    ),
    ...changed('forceRowSecurity', () =>
      flag(expected, 'forceRowSecurity')
        ? 'FORCE ROW LEVEL SECURITY'
        : 'NO FORCE ROW LEVEL SECURITY',
    ),
    ...changed('replicaIdentity', () => {
      const index = identityIndex(expected);
      if (index !== null)
        return isLater(bare(index)) ? null : `REPLICA IDENTITY USING INDEX ${index}`;
      return `REPLICA IDENTITY ${text(expected, 'replicaIdentity')?.toUpperCase()}`;
    }),
    ...changed('clusterOn', () => {
      const index = text(expected, 'clusterOn');
      if (index !== null) return isLater(index) ? null : `CLUSTER ON ${identifier(index)}`;
      return wasDropped(actual, context) ? null : 'SET WITHOUT CLUSTER';
    }),
  ];
}

/** The marks of a table at indexes that its parent hands down: they come with the parent's. */
export function marksOfHandedDown(
  table: SchemaObject,
  context: MendContext,
  attributes: ReadonlySet<string> = new Set(['clusterOn', 'replicaIdentity']),
): string[] {
  const names = [...attributes].flatMap((name) => markedIndex(table, name) ?? []);
  return [...new Set(names)]
    .filter((name) => !isPart(table, name, context))
    .flatMap((name) => marksOfIndex({ ...table, table: table.name, name }, context));
}

/** What an index that is new is to its table: statements for a replica identity and CLUSTER. */
export function marksOfIndex(index: SchemaObject, context: MendContext): string[] {
  const whole = context.find('table', index.schema, index.table ?? '');
  if (!whole) return [];
  const alter = `ALTER TABLE ${relationOf(index)}`;
  const identity = identityIndex(whole);
  return [
    ...(identity !== null && bare(identity) === index.name
      ? [`${alter} REPLICA IDENTITY USING INDEX ${identity}`]
      : []),
    ...(text(whole, 'clusterOn') === index.name
      ? [`${alter} CLUSTER ON ${identifier(index.name)}`]
      : []),
  ];
}

/** The index that a table's `clusterOn` or `replicaIdentity` names; null for another attribute. */
export function markedIndex(table: SchemaObject, attribute: string): string | null {
  if (attribute === 'clusterOn') return text(table, attribute);
  const index = attribute === 'replicaIdentity' ? identityIndex(table) : null;
  return index === null ? null : bare(index);
}

/** The index in `index "by name"`, as SQL has it. */
function identityIndex(table: SchemaObject): string | null {
  return /^index (.*)$/s.exec(text(table, 'replicaIdentity') ?? '')?.[1] ?? null;
}

function bare(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}

/** Whether the mark goes with the index that has it; a partition's own index is no part of it. */
function wasDropped(table: SchemaObject, context: MendContext): boolean {
  const index = text(table, 'clusterOn') ?? '';
  return isPart(table, index, context.actual) && !isPart(table, index, context);
}

function isPart(table: SchemaObject, index: string, { partsOf }: SchemaIndex): boolean {
  return partsOf(table).some(
    ({ type, name }) => (type === 'index' || type === 'constraint') && name === index,
  );
}
