import { JemError } from '../../../errors.ts';
import { ScriptProblem } from '../../../sql/problem.ts';
import { keyOf, type Schema, type SchemaObject, type SchemaOptions } from '../../schema.ts';
import type { Connection } from '../driver.ts';
import { catalogOf, type Entry } from './catalog.ts';
import { folded } from './keywords.ts';
import { indexObject, triggerObject, viewObject, virtualTableObject } from './other-objects.ts';
import { surroundingsOf, tableObjects } from './table-objects.ts';
import { readTable } from './table-text.ts';
import { tokensOf, UnreadableSql } from './tokens.ts';
import type { TableSurroundings } from './constraint-objects.ts';

/**
 * Reads the schema `main` of a database, in one transaction unless one is open. The ledger, what
 * SQLite keeps for itself and the tables behind a virtual table are left out. Throws
 * `schema-unreadable` where a definition cannot be read, and what SQLite throws.
 */
export function readSqliteSchema(
  { db, display }: Connection,
  { ledgerTable }: Pick<SchemaOptions, 'ledgerTable'>,
): Schema {
  const { entries, serverVersion } = catalogOf(db, ledgerTable);
  const relations = new Map<string, Relation>();
  for (const entry of entries)
    if (entry.type === 'table' || entry.type === 'view')
      relations.set(folded(entry.name), { name: entry.name, type: typeOf(entry) });
  const known: Known = {
    relations,
    names: mapped(relations, ({ name }) => name),
    keys: mapped(relations, ({ name, type }) => keyOf({ type, schema: null, table: null, name })),
    tables: new Map(),
  };
  const objects = entries.flatMap((entry) => {
    try {
      return objectsOf(entry, known);
    } catch (error) {
      if (!(error instanceof UnreadableSql || error instanceof ScriptProblem)) throw error;
      throw unreadable(entry, display, error);
    }
  });
  return { engine: 'sqlite', serverVersion, objects: sorted(objects) };
}

interface Relation {
  readonly name: string;
  readonly type: string;
}

interface Known {
  /** By their folded names. */
  readonly relations: ReadonlyMap<string, Relation>;
  readonly names: ReadonlyMap<string, string>;
  readonly keys: ReadonlyMap<string, string>;
  /** The tables read so far; they come before what is part of them. */
  readonly tables: Map<string, TableSurroundings>;
}

function typeOf({ type, sql }: Pick<Entry, 'type' | 'sql'>): string {
  return type === 'table' && /^CREATE VIRTUAL /i.test(sql) ? 'virtual table' : type;
}

function objectsOf(entry: Entry, known: Known): readonly SchemaObject[] {
  const tokens = tokensOf(entry.sql);
  const owner = folded(entry.table);
  const table = known.tables.get(owner);
  switch (typeOf(entry)) {
    case 'table': {
      const text = readTable(tokens);
      const surroundings = surroundingsOf(entry.name, text, known.names);
      known.tables.set(owner, surroundings);
      return tableObjects(text, surroundings);
    }
    case 'virtual table':
      return [virtualTableObject(entry.name, tokens)];
    case 'view':
      return [viewObject(entry.name, tokens, known.keys)];
    case 'index':
      return table ? [indexObject(entry.name, tokens, table)] : [];
    default: {
      const relation = known.relations.get(owner) ?? { name: entry.table, type: 'table' };
      return [triggerObject(entry.name, tokens, relation, table?.scope.columns ?? new Map())];
    }
  }
}

/** As any two machines sort them. */
function sorted(objects: readonly SchemaObject[]): readonly SchemaObject[] {
  return objects.toSorted(
    (a, b) => order(a.type, b.type) || order(a.table ?? '', b.table ?? '') || order(a.name, b.name),
  );
}

function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function mapped<A, B>(map: ReadonlyMap<string, A>, change: (value: A) => B): Map<string, B> {
  return new Map([...map].map(([key, value]) => [key, change(value)]));
}

function unreadable({ type, name }: Entry, display: string, error: Error): JemError {
  return new JemError('schema-unreadable', `The ${type} ${name} in ${display} cannot be read`, {
    why: `Its definition is not one that jem-db knows: ${error.message}.`,
    hint: 'Look at it: SELECT sql FROM sqlite_schema. If SQLite reads it, jem-db should: tell its makers.',
    cause: error,
  });
}
