import type { Mend, SchemaDifference, SchemaObject, SchemaValue } from '../engines/schema.ts';

/** One difference as commands report it; see the JSON Schema in `schemas/`. */
export interface DifferenceReport {
  readonly change: SchemaDifference['change'];
  readonly object: Pick<SchemaObject, 'type' | 'schema' | 'table' | 'name'>;
  /** Of a changed object the attributes that differ, else all of them; null where it is not there. */
  readonly expected: Attributes | null;
  readonly actual: Attributes | null;
  /** SQL that would mend it; null where none does, or that of another difference does. */
  readonly fix: string | null;
  readonly note: string | null;
}

export type Attributes = Readonly<Record<string, SchemaValue>>;

export interface ComparisonReport {
  readonly differences: readonly DifferenceReport[];
  /** All fixes, in the order in which they mend the database together. */
  readonly script: readonly string[];
}

/**
 * Pure: what the mends of all differences say, one report a difference. What goes or comes with
 * the object that it is a part of is told by that one alone.
 */
export function reportOf(
  differences: readonly SchemaDifference[],
  mends: readonly Mend[],
): ComparisonReport {
  const wholes = new Map(
    differences.flatMap((difference) => {
      const { table, schema, name } = objectOf(difference);
      return table === null ? [[partKey(difference, schema, name), difference] as const] : [];
    }),
  );
  const teller = (difference: SchemaDifference): SchemaDifference => {
    const { table, schema } = objectOf(difference);
    if (table === null || difference.change === 'changed') return difference;
    return wholes.get(partKey(difference, schema, table)) ?? difference;
  };
  return {
    differences: differences
      .filter((difference) => teller(difference) === difference)
      .map((difference) => {
        const told = mends.filter((mend) => teller(mend.difference) === difference);
        const own = told.filter((mend) => mend.difference === difference);
        const statements = told.flatMap((mend) => mend.statements);
        const notes = new Set(own.flatMap(({ note }) => note ?? []));
        const { change, expected, actual, attributes } = difference;
        return {
          change,
          object: nameOf(objectOf(difference)),
          expected: expected && attributesOf(expected, attributes),
          actual: actual && attributesOf(actual, attributes),
          fix: statements.length > 0 ? statements.map(ended).join('\n') : null,
          note: notes.size > 0 ? [...notes].join(' ') : null,
        };
      }),
    script: mends.flatMap(({ statements }) => statements.map(ended)),
  };
}

function partKey({ change }: SchemaDifference, schema: string | null, name: string): string {
  return JSON.stringify([change, schema, name]);
}

function objectOf({ expected, actual }: SchemaDifference): SchemaObject {
  const object = expected ?? actual;
  if (!object) throw new TypeError('a difference of nothing');
  return object;
}

/** A statement with its semicolon. */
export function ended(statement: string): string {
  return `${statement.trimEnd().replace(/;$/, '')};`;
}

/** `app.orders.total` of a column, `app.orders` of a table. */
export function displayName({ schema, table, name }: DifferenceReport['object']): string {
  return [schema, table, name].filter((part) => part !== null).join('.');
}

function nameOf({ type, schema, table, name }: SchemaObject): DifferenceReport['object'] {
  return { type, schema, table, name };
}

function attributesOf({ attributes }: SchemaObject, names: readonly string[]): Attributes {
  if (names.length === 0) return attributes;
  return Object.fromEntries(names.map((name) => [name, attributes[name] ?? null]));
}
