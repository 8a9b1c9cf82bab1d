import { identifier, literal } from '../quoting.ts';
import type { SchemaObject } from '../../schema.ts';
import { dollarQuote } from './dollar-quote.ts';
import { qualified } from './statements.ts';
import { typeAddress } from './type-address.ts';

/**
 * One statement that makes a type anew beneath the columns that have it: what no ALTER TYPE can do.
 * Values go over as text, defaults too. It fails as a whole where something else uses the type.
 */
export function swapType(
  object: SchemaObject,
  create: readonly string[],
  behaviour: '' | 'CASCADE' = '',
): string {
  return swap(object, typeAddress(object).word, 'pg_catalog.regtype', create, {
    change: `CASE c.relkind WHEN 'c' THEN 'ALTER TYPE %1$s ALTER ATTRIBUTE %2$s TYPE %3$s'
      ELSE 'ALTER TABLE %1$s ALTER COLUMN %2$s DROP DEFAULT, ALTER COLUMN %2$s TYPE %3$s USING %2$s::text%4$s::%3$s%5$s' END,
    a.attrelid::pg_catalog.regclass, quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
    CASE WHEN a.atttypid = old THEN '' ELSE '[]' END,
    ', ALTER COLUMN ' || quote_ident(a.attname) || ' SET DEFAULT ' || pg_get_expr(d.adbin, d.adrelid)`,
    uses: 'a.atttypid IN (old, (SELECT t.typarray FROM pg_catalog.pg_type t WHERE t.oid = old))',
    behaviour,
  });
}

/** As `swapType`: a collation anew beneath the columns that have it. */
export function swapCollation(object: SchemaObject, create: readonly string[]): string {
  return swap(object, 'COLLATION', 'pg_catalog.regcollation', create, {
    change: `CASE c.relkind WHEN 'c' THEN 'ALTER TYPE %s ALTER ATTRIBUTE %I TYPE %s COLLATE %s'
      ELSE 'ALTER TABLE %s ALTER COLUMN %I TYPE %s COLLATE %s' END, a.attrelid::pg_catalog.regclass, a.attname,
    format_type(a.atttypid, a.atttypmod), ${literal(qualified(object))}`,
    uses: 'a.attcollation = old',
    behaviour: '',
  });
}

/** Whether what depends on a type or a collation has to make room while it is swapped. */
export function makesRoom({ type }: SchemaObject): boolean {
  return !['table', 'foreign table', 'domain', 'composite type', 'range type'].includes(type);
}

/** The name of what is replaced, until it is dropped. */
export function asideName(name: string): string {
  return `${name.slice(0, 50)}_replaced`;
}

interface Columns {
  /** Arguments of `format` that make the statement for one column. */
  readonly change: string;
  readonly uses: string;
  /** How the old object is dropped; CASCADE: with the functions that it is made of. */
  readonly behaviour: '' | 'CASCADE';
}

/** Names are printed before the old object gives its own away: they mean the new one after. */
function swap(
  object: SchemaObject,
  word: string,
  oldType: string,
  create: readonly string[],
  { change, uses, behaviour }: Columns,
): string {
  const name = qualified(object);
  const aside = asideName(object.name);
  const block = `
DECLARE
  old CONSTANT ${oldType} := ${literal(name)};
  changes text[];
  change text;
BEGIN
  SELECT array_agg(format(${change}))
  INTO changes
  FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'c')
    LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE ${uses}
    AND NOT a.attisdropped AND a.attinhcount = 0 AND a.attgenerated = '';
  ALTER ${word} ${name} RENAME TO ${identifier(aside)};
${create.map((statement) => `  ${statement};`).join('\n')}
  FOREACH change IN ARRAY coalesce(changes, '{}') LOOP
    EXECUTE change;
  END LOOP;
  DROP ${word} ${qualified({ schema: object.schema, name: aside })} ${behaviour};
END
`;
  return `DO ${dollarQuote(block, 'swap')}`;
}
