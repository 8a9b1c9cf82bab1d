import type { SchemaObject, SchemaValue } from '../../schema.ts';
import type { CheckText, ConstraintText, ForeignKeyText, UniqueText } from './constraint-text.ts';
import { type Collations, keyText } from './key.ts';
import { folded, identifier } from './keywords.ts';
import { printedOfTable, type TableScope } from './print.ts';

/** Names of relations as they were created, by their folded names. */
export type Relations = ReadonlyMap<string, string>;

export interface TableSurroundings {
  readonly scope: TableScope;
  readonly collations: Collations;
  readonly relations: Relations;
}

/** All but the primary key, each once, with names of their own. */
export function constraintObjects(
  constraints: readonly ConstraintText[],
  surroundings: TableSurroundings,
  dependsOn: readonly string[],
): Iterable<SchemaObject> {
  const { table } = surroundings.scope;
  const parts = new Map<string, SchemaObject>();
  for (const constraint of constraints) {
    if (constraint.kind === 'primary key') continue;
    const attributes = attributesOf(constraint, surroundings);
    const base = constraint.name ?? derivedName(attributes);
    const name = freeName(base, attributes, parts);
    parts.set(name, { type: 'constraint', schema: null, table, name, dependsOn, attributes });
  }
  return parts.values();
}

type Attributes = Readonly<Record<string, SchemaValue>>;

function attributesOf(
  constraint: UniqueText | CheckText | ForeignKeyText,
  { scope, collations, relations }: TableSurroundings,
): Attributes {
  const unique = constraint.kind === 'unique' ? constraint : null;
  const check = constraint.kind === 'check' ? constraint : null;
  const foreign = constraint.kind === 'foreign key' ? constraint : null;
  return {
    kind: constraint.kind,
    constraintName: constraint.name,
    expression: check && printedOfTable(check.expression, scope),
    key:
      (unique && keyText(unique.key, scope, collations)) ??
      (foreign && columnList(foreign.columns, scope.columns)),
    conflict: unique && unique.conflict,
    references: foreign && (relations.get(folded(foreign.references)) ?? foreign.references),
    referencedKey: foreign?.referenced ? columnList(foreign.referenced, noNames) : null,
    onDelete: foreign && foreign.onDelete,
    onUpdate: foreign && foreign.onUpdate,
    match: foreign && foreign.match,
    initiallyDeferred: foreign && foreign.initiallyDeferred,
  };
}

const noNames: Relations = new Map();

function columnList(names: readonly string[], known: ReadonlyMap<string, string>): string {
  return names.map((name) => identifier(known.get(folded(name)) ?? name)).join(', ');
}

/** What a constraint without a name is called: `CHECK (a > 0)`. */
export function derivedName({ kind, expression, key, references }: Attributes): string {
  if (kind === 'check') return `CHECK (${String(expression)})`;
  if (kind === 'unique') return `UNIQUE (${String(key)})`;
  return `FOREIGN KEY (${String(key)}) REFERENCES ${identifier(String(references))}`;
}

/** SQLite lets two constraints have one name; what is the same twice is there once. */
function freeName(
  base: string,
  attributes: Attributes,
  taken: ReadonlyMap<string, SchemaObject>,
): string {
  let name = base;
  for (let number = 2; taken.has(name); number++) {
    if (JSON.stringify(taken.get(name)?.attributes) === JSON.stringify(attributes)) break;
    name = `${base} (${number})`;
  }
  return name;
}
