import type { Schema, SchemaObject } from '../../../src/engines/schema.ts';
import { identifier } from '../../../src/engines/sqlite/schema/keywords.ts';
import type { Db } from './schema-bench.ts';

interface Column {
  readonly name: string;
  readonly type: string;
  readonly notnull: number;
  readonly pk: number;
  readonly hidden: number;
}

interface ForeignKey {
  readonly id: number;
  readonly table: string;
  readonly from: string;
  readonly on_delete: string;
  readonly on_update: string;
}

/** What SQLite's own pragmas say of every table, in the words of a schema. */
export function catalogView(db: Db, schema: Schema): Record<string, unknown> {
  return Object.fromEntries(
    tablesOf(schema).map(({ name }) => {
      const columns = pragma<Column>(db, 'table_xinfo', name);
      const keys = pragma<ForeignKey>(db, 'foreign_key_list', name);
      return [
        name,
        {
          columns: columns.map((column) => [
            ...[column.name, column.type.toUpperCase().replace(', ', ','), column.notnull],
            column.hidden,
          ]),
          indexes: pragma<{ name: string; unique: number; partial: number }>(db, 'index_list', name)
            .filter((each) => !each.name.startsWith('sqlite_autoindex'))
            .map((each) => [each.name, each.unique, each.partial, keyOfIndex(db, each.name)])
            .toSorted(byText),
          foreignKeys: keys
            .map((key) => [identifier(key.from), key.table, key.on_delete, key.on_update].join(' '))
            .toSorted(byText),
        },
      ];
    }),
  );
}

/** The same, as the schema was read. */
export function schemaView(schema: Schema): Record<string, unknown> {
  const hidden = (generated: unknown): number =>
    generated === null ? 0 : generated === 'stored' ? 3 : 2;
  return Object.fromEntries(
    tablesOf(schema).map((table) => {
      const own = schema.objects.filter((object) => object.table === table.name);
      const columns = table.attributes['columns'] as readonly string[];
      return [
        table.name,
        {
          columns: columns.map((name) => {
            const { attributes } = own.find(
              (each) => each.type === 'column' && each.name === name,
            ) as SchemaObject;
            const { type, notNull, generated } = attributes;
            return [name, type ?? '', Number(notNull), hidden(generated)];
          }),
          indexes: own
            .filter(({ type }) => type === 'index')
            .map(({ name, attributes }) => [
              ...[name, Number(attributes['unique']), Number(attributes['where'] !== null)],
              withoutExpressions(String(attributes['key'])),
            ])
            .toSorted(byText),
          foreignKeys: own
            .filter(({ attributes }) => attributes['kind'] === 'foreign key')
            .map(({ attributes: { key, references, onDelete, onUpdate } }) =>
              [key, references, onDelete ?? 'NO ACTION', onUpdate ?? 'NO ACTION'].join(' '),
            )
            .toSorted(byText),
        },
      ];
    }),
  );
}

/** Null where the pragma has no word for a term: an expression. */
function keyOfIndex(db: Db, name: string): string | null {
  const terms = pragma<{ name: string | null; desc: number; key: number }>(db, 'index_xinfo', name);
  const key = terms.filter((term) => term.key === 1);
  if (key.some((term) => term.name === null)) return null;
  return key
    .map((term) => identifier(term.name ?? '') + (term.desc === 1 ? ' DESC' : ''))
    .join(', ');
}

function withoutExpressions(key: string): string | null {
  return /\(|[<>|]|\bCASE\b|IS NOT/.test(key) ? null : key.replace(/ COLLATE \w+/g, '');
}

function tablesOf({ objects }: Schema): readonly SchemaObject[] {
  return objects.filter(({ type }) => type === 'table');
}

function pragma<Row>(db: Db, name: string, argument: string): Row[] {
  return db.prepare<[string], Row>(`SELECT * FROM pragma_${name}(?)`).all(argument);
}

function byText(a: unknown, b: unknown): number {
  return String(a) < String(b) ? -1 : 1;
}
