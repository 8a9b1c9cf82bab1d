import type { RangeVar } from 'libpg-query';
import type { TypeText } from './tree.ts';

export interface Column {
  /** Null where the files do not tell. */
  readonly type: TypeText | null;
  readonly notNull: boolean;
}

export interface TableCheck {
  readonly name: string;
  /** The column that the check says is not null; null where it says something else. */
  readonly notNullOf: string | null;
  readonly valid: boolean;
}

/** A table, or a materialized view, as the files so far have made it. */
export interface Table {
  /** Number of the file that made it. */
  readonly madeIn: number;
  readonly temporary: boolean;
  readonly partitioned: boolean;
  readonly columns: Map<string, Column>;
  readonly checks: TableCheck[];
  /** Constraints added without a look at the rows, by name, with the file that added them. */
  readonly unvalidated: Map<string, number>;
}

export type Volatility = 'immutable' | 'stable' | 'volatile';

/** What the files so far have made, as far as rules need it. */
export interface Model {
  readonly tables: Map<string, Table>;
  /** Index to the key of its table. */
  readonly indexes: Map<string, string>;
  /** Domains, with the number of the file that made them, and whether they check anything. */
  readonly domains: Map<string, { readonly madeIn: number; readonly checks: boolean }>;
  /** Enumerations, with the number of the file that made them. */
  readonly enums: Map<string, number>;
  readonly functions: Map<string, Volatility>;
  /** The file has set the session's time zone to UTC. */
  utc: boolean;
}

export const emptyModel = (): Model => ({
  tables: new Map(),
  indexes: new Map(),
  domains: new Map(),
  enums: new Map(),
  functions: new Map(),
  utc: false,
});

/** Under which a relation is kept: without the schema that nearly everything is in. */
export function keyOf(schema: string | undefined, name: string): string {
  return schema === undefined || schema === '' || schema === 'public' ? name : `${schema}.${name}`;
}

export function keyOfParts(parts: readonly string[]): string {
  return keyOf(parts.at(-2), parts.at(-1) ?? '');
}

export function keyOfRelation(relation: RangeVar | undefined): string {
  return keyOf(relation?.schemaname, relation?.relname ?? '');
}

/** A table by its key; by its bare name where the search path could mean one table alone. */
export function tableNamed(model: Model, key: string): Table | null {
  const exact = model.tables.get(key);
  if (exact || key.includes('.')) return exact ?? null;
  const [found, ...others] = [...model.tables.keys()].filter((each) => each.endsWith(`.${key}`));
  return found !== undefined && others.length === 0 ? (model.tables.get(found) ?? null) : null;
}

export function tableOf(model: Model, relation: RangeVar | undefined): Table | null {
  return tableNamed(model, keyOfRelation(relation));
}
