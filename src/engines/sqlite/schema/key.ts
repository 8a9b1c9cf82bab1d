import type { KeyTerm } from './constraint-text.ts';
import { folded, identifier } from './keywords.ts';
import { collation, printedOfTable, type TableScope } from './print.ts';
import { isName, nameOf } from './tokens.ts';

/** Collations of a table's columns, where they have one. */
export type Collations = ReadonlyMap<string, string>;

/** The terms of a key or an index: `a, b DESC, lower(c), d COLLATE NOCASE`. */
export function keyText(
  terms: readonly KeyTerm[],
  scope: TableScope,
  collations: Collations,
): string {
  return terms
    .map((term) => termText(term, scope, collations) + (term.descending ? ' DESC' : ''))
    .join(', ');
}

function termText(term: KeyTerm, scope: TableScope, collations: Collations): string {
  const column = columnOf(term, scope);
  if (column === null) return printedOfTable(term.tokens, scope);
  const own = collations.get(column) ?? 'BINARY';
  const wanted = term.tokens.at(-2)?.word === 'COLLATE' ? lastCollation(term) : own;
  return identifier(column) + (wanted === own ? '' : ` COLLATE ${wanted}`);
}

function lastCollation({ tokens }: KeyTerm): string {
  const last = tokens.at(-1);
  return last ? collation(nameOf(last)) : 'BINARY';
}

/** The column that a term is; null where it is an expression. SQLite takes a string for a name here. */
export function columnOf({ tokens }: KeyTerm, { columns }: TableScope): string | null {
  const [first, second] = tokens;
  if (!first || !isName(first)) return null;
  const bare = tokens.length === 1 || (tokens.length === 3 && second?.word === 'COLLATE');
  return bare ? (columns.get(folded(nameOf(first))) ?? null) : null;
}
