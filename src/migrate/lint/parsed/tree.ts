import type { Node, RangeVar, TypeName } from 'libpg-query';

type KindsOf<N> = N extends unknown ? keyof N : never;
export type Kind = KindsOf<Node>;
type NodeOf<K extends Kind> = Extract<Node, Record<K, unknown>>[K];

/** The node as one of that kind; null where it is of another. */
export function as<K extends Kind>(node: Node | undefined, kind: K): NodeOf<K> | null {
  if (node === undefined || !(kind in node)) return null;
  return (node as unknown as Record<K, NodeOf<K>>)[kind];
}

/** Those of a list that are of that kind. */
export function allOf<K extends Kind>(
  nodes: readonly Node[] | undefined,
  kind: K,
): readonly NodeOf<K>[] {
  return (nodes ?? []).flatMap((node) => as(node, kind) ?? []);
}

/** The texts of a list of names. */
export function words(nodes: readonly Node[] | undefined): string[] {
  return allOf(nodes, 'String').map(({ sval }) => sval ?? '');
}

/** A name of one or more parts, as DROP and others list them. */
export function partsOf(node: Node): string[] {
  const list = as(node, 'List');
  if (list) return words(list.items);
  const typeName = as(node, 'TypeName');
  return typeName ? words(typeName.names) : words([node]);
}

/** `app.orders`, quoted where SQL asks for it. */
export function shown(relation: RangeVar | undefined): string {
  return shownParts([relation?.schemaname ?? '', relation?.relname ?? '']);
}

export function shownParts(parts: readonly string[]): string {
  return parts.filter(Boolean).map(quoted).join('.');
}

export function quoted(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** A type as written: `numeric(10,2)[]`. */
export interface TypeText {
  /** Without `pg_catalog`; serials are the integers they stand for. */
  readonly name: string;
  readonly mods: readonly number[];
  readonly array: boolean;
}

const aliases = new Map([
  ['serial', 'int4'],
  ['serial4', 'int4'],
  ['bigserial', 'int8'],
  ['serial8', 'int8'],
  ['smallserial', 'int2'],
  ['serial2', 'int2'],
]);

export function typeOf(typeName: TypeName | undefined): TypeText | null {
  if (!typeName) return null;
  const name = typeWord(typeName);
  const mods = (typeName.typmods ?? []).map((each) => as(each, 'A_Const')?.ival?.ival ?? 0);
  return { name: aliases.get(name) ?? name, mods, array: (typeName.arrayBounds ?? []).length > 0 };
}

/** The name of a type, `pg_catalog` left out: `varchar`, `serial`, `app.mood`. */
export function typeWord(typeName: TypeName | undefined): string {
  return words(typeName?.names)
    .filter((part) => part !== 'pg_catalog')
    .join('.');
}

const readable = new Map([
  ['int2', 'smallint'],
  ['int4', 'integer'],
  ['int8', 'bigint'],
  ['bool', 'boolean'],
  ['bpchar', 'char'],
]);

export function shownType({ name, mods, array }: TypeText): string {
  return `${readable.get(name) ?? name}${mods.length > 0 ? `(${mods.join(',')})` : ''}${array ? '[]' : ''}`;
}

/** Every node of that kind below and at a node, in no order to rely on. */
export function within<K extends Kind>(node: unknown, kind: K): NodeOf<K>[] {
  if (Array.isArray(node)) return node.flatMap((each) => within(each, kind));
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) => {
    const below = within(value, kind);
    return key === kind ? [value as NodeOf<K>, ...below] : below;
  });
}

/** Whether an option stands in a list and is not switched off. */
export function hasOption(options: readonly Node[] | undefined, name: string): boolean {
  return allOf(options, 'DefElem').some(({ defname, arg }) => {
    const word = as(arg, 'String')?.sval ?? '';
    const off = /^(false|off|0)$/i.test(word) || as(arg, 'Boolean')?.boolval === false;
    return defname === name && !off && as(arg, 'Integer')?.ival !== 0;
  });
}
