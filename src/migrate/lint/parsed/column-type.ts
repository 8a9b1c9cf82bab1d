import type { ColumnDef, Node } from 'libpg-query';
import type { Hit } from '../finding.ts';
import { rule } from '../rule.ts';
import { type Alteration, alterations, type Around } from './around.ts';
import type { ParsedRule } from './rule.ts';
import { as, quoted, shownType, type TypeText, typeOf, words } from './tree.ts';
import { type Cost, costOf } from './type-change.ts';

const changeColumnType: ParsedRule = rule({
  id: 'change-column-type',
  level: 'error',
  lock: 'AccessExclusive',
  harm: 'rewrite',
  title: 'a column’s type changed into one that is stored differently',
  why: 'the whole table and its indexes are written anew, and nobody can read or write it meanwhile',
  check: (around) =>
    alterations(around).flatMap((alteration) => {
      const column = as(alteration.command.def, 'ColumnDef');
      const to = typeOf(column?.typeName);
      if (alteration.command.subtype !== 'AT_AlterColumnType' || !column || !to) return [];
      return judged(alteration, column, to, around);
    }),
});

function judged(
  { command: { name = '' }, on, table }: Alteration,
  column: ColumnDef,
  to: TypeText,
  { model }: Around,
): Hit[] {
  const from = table?.columns.get(name)?.type ?? null;
  const cost = computed(column.raw_default, name, to) ? 'rewrite' : costIn(from, to);
  const was = from ? ` from ${shownType(from)}` : '';
  const hit: Hit = {
    what: `ALTER COLUMN ${quoted(name)}${was} TYPE ${shownType(to)} on ${on}`,
    relation: on,
    at: column.location,
    hint: `Add a new column of type ${shownType(to)}, keep both in step with a trigger, fill old rows in batches, then let the application use the new one. Harmless without any of this: varchar made longer or into text, numeric of more precision.`,
  };
  if (cost === 'nothing') return collated(hit, column);
  if (cost === 'rewrite-unless-utc') return model.utc ? [] : [inZone(hit)];
  if (from) return [hit];
  const why = `unless the old type is stored alike, ${changeColumnType.why}`;
  return [{ ...hit, level: 'warning', why }];
}

function costIn(from: TypeText | null, to: TypeText): Cost {
  return from ? costOf(from, to) : 'rewrite';
}

/** USING may hold the column alone, or its cast to the new type, which is what happens anyway. */
function computed(using: Node | undefined, name: string, to: TypeText): boolean {
  if (using === undefined) return false;
  const cast = as(using, 'TypeCast');
  const inner = cast ? cast.arg : using;
  const castTo = cast ? typeOf(cast.typeName) : null;
  const sameType = !cast || (castTo !== null && shownType(castTo) === shownType(to));
  return !sameType || words(as(inner, 'ColumnRef')?.fields).at(-1) !== name;
}

function inZone(hit: Hit): Hit {
  return {
    ...hit,
    level: 'warning',
    why: `unless the session’s TimeZone is UTC, ${changeColumnType.why}`,
    hint: `If the old values are meant in UTC, put \`SET LOCAL timezone = 'UTC'\` above it: then no row is written. ${hit.hint}`,
  };
}

function collated(hit: Hit, { collClause }: ColumnDef): Hit[] {
  if (!collClause) return [];
  return [
    {
      ...hit,
      level: 'warning',
      harm: 'scan',
      what: `${hit.what} COLLATE ${words(collClause.collname).map(quoted).join('.')}`,
      why: 'every index on the column is built anew, and nobody can read or write the table meanwhile',
      hint: 'DROP INDEX CONCURRENTLY those indexes first and CREATE INDEX CONCURRENTLY them afterwards; or give the collation in the queries and in a new index.',
    },
  ];
}

export const columnTypeRules: readonly ParsedRule[] = [changeColumnType];
