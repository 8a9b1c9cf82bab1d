import { withoutLiterals } from '../../../sql/excerpt.ts';
import { postgresDialect } from '../dialect.ts';

/** What a filter asks of one column, or of one expression over a column. */
export interface Condition {
  /** Name of the column, unquoted. */
  readonly column: string;
  /** As an index would have it, where a function stands around the column: `lower(email)`. */
  readonly expression: string | null;
  readonly kind: 'equal' | 'range';
}

/**
 * The parts of a filter that an index could answer: one column of the table, compared with what
 * does not come from the table. Read from the text that EXPLAIN (VERBOSE) prints; what is not
 * understood is left out.
 */
export function conditionsOf(filter: string, alias: string): Condition[] {
  return conjuncts(withoutLiterals(filter, postgresDialect)).flatMap((part) =>
    conditionOf(part, alias),
  );
}

/** `((a = $1) AND (b = $2))` in its parts; an OR stays whole. */
function conjuncts(text: string): string[] {
  const inner = unwrapped(text);
  const parts = splitAtDepth(inner, ' AND ');
  return parts.length === 1 ? [inner] : parts.flatMap(conjuncts);
}

function unwrapped(text: string): string {
  const trimmed = text.trim();
  if (!trimmed.startsWith('(') || closing(trimmed) !== trimmed.length - 1) return trimmed;
  return unwrapped(trimmed.slice(1, -1));
}

/** Where the parenthesis at the beginning is closed. */
function closing(text: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"') at = endOfName(text, at);
    else if (text[at] === '(') depth++;
    else if (text[at] === ')' && --depth === 0) return at;
  }
  return -1;
}

function endOfName(text: string, at: number): number {
  const end = text.indexOf('"', at + 1);
  return end < 0 ? text.length : end;
}

function splitAtDepth(text: string, separator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"') at = endOfName(text, at);
    else if (text[at] === '(') depth++;
    else if (text[at] === ')') depth--;
    else if (depth === 0 && text.startsWith(separator, at)) {
      parts.push(text.slice(from, at));
      from = at + separator.length;
    }
  }
  return [...parts, text.slice(from)];
}

const name = String.raw`(?:"(?:[^"]|"")+"|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)`;
const compared = /^(.+?) (=|<|>|<=|>=) (?!.*\b(?:AND|OR)\b)(.+)$/s;
const isNull = /^(.+) IS NULL$/s;

function conditionOf(part: string, alias: string): Condition[] {
  const nullTest = isNull.exec(part)?.[1];
  const [, left = nullTest ?? '', sign = '=', right = ''] = compared.exec(part) ?? [];
  if (left === '' || mentionsColumn(right)) return [];
  const found = subject(left, alias);
  return found === null ? [] : [{ ...found, kind: sign === '=' ? 'equal' : 'range' }];
}

/** A column always stands behind the name of its table. */
function mentionsColumn(text: string): boolean {
  return new RegExp(`${name}\\.${name}`).test(text);
}

function subject(left: string, alias: string): Pick<Condition, 'column' | 'expression'> | null {
  const own = `(?:${escaped(alias)}|"${escaped(alias.replaceAll('"', '""'))}")`;
  const column = `${own}\\.(${name})`;
  // A varchar column is compared as text; other casts keep an index from being used.
  const plain = new RegExp(`^\\(?${column}(?:\\)::text)?$`).exec(left)?.[1];
  if (plain !== undefined) return { column: unquoted(plain), expression: null };
  const called = new RegExp(`^(${name})\\((\\(?)${column}(\\)::text)?\\)$`).exec(left);
  if (!called) return null;
  const [, call = '', open = '', inside = '', cast = ''] = called;
  return { column: unquoted(inside), expression: `${call}(${open}${inside}${cast})` };
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

function unquoted(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text;
}

/** A sort key that is a column of the table, with its direction; null where it is more. */
export function sortColumn(
  key: string,
  alias: string,
): { readonly column: string; readonly descending: boolean } | null {
  const [, left = '', order] = /^(.+?)( DESC)?$/s.exec(key) ?? [];
  const found = subject(left, alias);
  if (found === null || found.expression !== null) return null;
  return { column: found.column, descending: order !== undefined };
}
