import type { SchemaObject, SchemaValue } from '../../schema.ts';
import { type Kind, kindName } from './kind.ts';
import { kinds } from './kinds.ts';

/** What one kind's query of `schemaSql` answers: its rows as JSON; null: none. */
export interface RawRow {
  readonly kind: string;
  readonly rows: string | null;
}

/** An object as it was found, with the id that dependencies call it by. */
export interface Found {
  readonly id: string;
  readonly object: Omit<SchemaObject, 'dependsOn'> & { dependsOn: readonly string[] };
}

const usualByName = new Map(kinds.map((kind) => [kindName(kind), kind.usual]));

/** Pure: the objects of one kind. */
export function foundIn({ kind, rows }: RawRow): readonly Found[] {
  if (rows === null) return [];
  const usual = usualByName.get(kind);
  return usual
    ? fromColumns(kind, JSON.parse(rows) as Columns, usual)
    : (JSON.parse(rows) as WholeRow[]).map(fromRow);
}

interface WholeRow {
  readonly id: string;
  readonly type: string;
  readonly schema: string | null;
  readonly table: string | null;
  readonly name: string;
  readonly [attribute: string]: SchemaValue;
}

function fromRow({ id, type, schema, table, name, ...attributes }: WholeRow): Found {
  return { id, object: { type, schema, table, name, attributes, dependsOn: [] } };
}

type Texts = readonly (string | null)[] | null;
type Unusual = Readonly<Record<string, SchemaValue>> | null;
/** Ids, schemas, tables, names, and each attribute; null: there was no row to tell of. */
type Columns = readonly [Texts, Texts, Texts, Texts, ...(readonly SchemaValue[] | Unusual)[]];

type Attributes = Record<string, SchemaValue>;

function fromColumns(
  type: string,
  [ids, schemas, tables, names, ...values]: Columns,
  usual: NonNullable<Kind['usual']>,
): readonly Found[] {
  const untouched: Attributes = {};
  for (const [name, value] of Object.entries(usual)) untouched[name] = value ?? null;
  const all = (ids ?? []).map(() => ({ ...untouched }));
  const places = new Map((ids ?? []).map((id, at) => [id ?? '', at]));
  for (const [place, name] of Object.keys(usual).entries()) {
    const sent = values[place] ?? null;
    if (isList(sent)) setEach(all, name, sent);
    else if (sent !== null) setSome(all, name, sent, places);
  }
  return all.map((attributes, at) => {
    const [schema, table] = [schemas?.[at] ?? null, tables?.[at] ?? null];
    const object = { type, schema, table, name: names?.[at] ?? '', attributes, dependsOn: [] };
    return { id: ids?.[at] ?? '', object };
  });
}

function isList(sent: readonly SchemaValue[] | Unusual): sent is readonly SchemaValue[] {
  return Array.isArray(sent);
}

function setEach(all: readonly Attributes[], name: string, values: readonly SchemaValue[]): void {
  for (const [at, attributes] of all.entries()) attributes[name] = values[at] ?? null;
}

function setSome(
  all: readonly Attributes[],
  name: string,
  unusual: NonNullable<Unusual>,
  places: ReadonlyMap<string, number>,
): void {
  for (const [id, value] of Object.entries(unusual)) {
    const attributes = all[places.get(id) ?? -1];
    if (attributes) attributes[name] = value;
  }
}
