import type { SchemaObject, SchemaValue } from '../../schema.ts';
import { icuLocale } from './icu-locale.ts';

/** Attributes that hold SQL as the server prints it, not as somebody wrote it. */
const printed = [
  ...['definition', 'predicate', 'default', 'expression', 'using', 'check'],
  ...['constraints', 'columnDefaults', 'partitionKey'],
];

/**
 * The attributes with their SQL as `settledSql` has it, and a locale of ICU as `icuLocale` has it;
 * the very same where all are settled.
 */
export function settled(attributes: SchemaObject['attributes']): SchemaObject['attributes'] {
  const changed = printed.flatMap((name) => {
    const value = attributes[name];
    const now = value === undefined ? value : settledValue(value);
    return now === undefined || now === value ? [] : [[name, now] as const];
  });
  const { provider, locale } = attributes;
  if (provider === 'icu' && typeof locale === 'string' && icuLocale(locale) !== locale)
    return { ...attributes, ...Object.fromEntries(changed), locale: icuLocale(locale) };
  return changed.length === 0 ? attributes : { ...attributes, ...Object.fromEntries(changed) };
}

function settledValue(value: SchemaValue): SchemaValue {
  if (typeof value === 'string') return settledSql(value);
  if (value === null || typeof value === 'boolean') return value;
  return value.some((text) => settledSql(text) !== text) ? value.map(settledSql) : value;
}

/**
 * What the server prints of an expression or query, as it prints it once more after it has been
 * read back: a dump, ours or that of pg_dump, then makes what prints the same. A list of words
 * compared with a varchar is printed as an array that is cast; read back, each element is cast
 * (`transformTypeCast` in parse_expr.c). A constant within a UNION has no name; read back, it has
 * that of its type (`FigureColname` in parse_target.c).
 */
export function settledSql(sql: string): string {
  const cast = sql.includes(opening) ? withCastElements(sql) : sql;
  return cast.includes(' AS ') ? withoutNamesOfTypes(cast) : cast;
}

const opening = '(ARRAY[';
const word = String.raw`(?:"(?:[^"]|"")+"|[\w$\u0080-\uffff]+)`;
const type = String.raw`${word}(?:\.${word})?(?: varying| precision)?(?: with(?:out)? time zone)?`;
const arrayCast = new RegExp(String.raw`\)::(${type})\[\]`, 'y');
const token = /'(?:[^']|'')*'|"(?:[^"]|"")*"|[[\](),]/g;

/** `(ARRAY['a'::character varying])::text[]` as `ARRAY[('a'::character varying)::text]`. */
function withCastElements(sql: string): string {
  let result = '';
  let rest = 0;
  for (let at = sql.indexOf(opening); at !== -1; at = sql.indexOf(opening, at + 1)) {
    if (at < rest || isWithinLiteral(sql, at)) continue;
    const start = at + opening.length;
    const { elements, end } = elementsFrom(sql, start);
    arrayCast.lastIndex = end + 1;
    const found = arrayCast.exec(sql);
    if (!found || elements.some((element) => element.startsWith('ARRAY['))) continue;
    const cast = elements.map((element) => `(${settledSql(element)})::${found[1]}`);
    result += `${sql.slice(rest, at)}ARRAY[${cast.join(', ')}]`;
    rest = arrayCast.lastIndex;
  }
  return result + sql.slice(rest);
}

function isWithinLiteral(sql: string, at: number): boolean {
  return sql.slice(0, at).split("'").length % 2 === 0;
}

/** The elements of a list up to the bracket that ends it. */
function elementsFrom(sql: string, start: number): { elements: string[]; end: number } {
  const elements: string[] = [];
  let depth = 0;
  let from = start;
  token.lastIndex = start;
  for (let found = token.exec(sql); found; found = token.exec(sql)) {
    const [text] = found;
    if (depth === 0 && (text === ',' || text === ']')) {
      elements.push(sql.slice(from, found.index).trim());
      from = token.lastIndex;
      if (text === ']') return { elements, end: found.index };
    }
    if (text === '(' || text === '[') depth += 1;
    if (text === ')' || text === ']') depth -= 1;
  }
  return { elements, end: sql.length };
}

const constant = new RegExp(
  String.raw`((?:NULL|\(-?[\d.]+\)|'(?:[^']|'')*')::(${type})(?:\([\d, ]+\))?) AS (${word})(?![\w$.])|'(?:[^']|'')*'|"(?:[^"]|"")*"`,
  'g',
);

/** `NULL::integer AS int4` as `NULL::integer`: the name that it has without one. */
function withoutNamesOfTypes(sql: string): string {
  return sql.replace(constant, (whole: string, bare?: string, of?: string, name?: string) =>
    bare !== undefined && of !== undefined && unquoted(name ?? '') === nameOfType(of)
      ? bare
      : whole,
  );
}

/** Types whose names in SQL are not those in the catalog. */
const catalogNames: Readonly<Record<string, string>> = {
  bigint: 'int8',
  'bit varying': 'varbit',
  boolean: 'bool',
  character: 'bpchar',
  'character varying': 'varchar',
  'double precision': 'float8',
  integer: 'int4',
  real: 'float4',
  smallint: 'int2',
  'time with time zone': 'timetz',
  'time without time zone': 'time',
  'timestamp with time zone': 'timestamptz',
  'timestamp without time zone': 'timestamp',
};

function nameOfType(sql: string): string {
  return catalogNames[sql] ?? unquoted(/("(?:[^"]|"")*"|[^".]*)$/.exec(sql)?.[1] ?? sql);
}

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}
