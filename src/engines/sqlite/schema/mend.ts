import type { Mend, Schema, SchemaDifference } from '../../schema.ts';
import { outlookOf } from './changes.ts';
import { identifier } from './keywords.ts';
import { mendOthers } from './mend-others.ts';
import { mendTables } from './mend-tables.ts';
import { findRenames, type Rename } from './renames.ts';
import { mendsOf, type Work } from './work.ts';
import { tableRenames } from './table-renames.ts';

/** As `Engine.mend` has it. */
export function mendSqlite(
  expected: Schema,
  actual: Schema,
  differences: readonly SchemaDifference[],
): readonly Mend[] {
  const { works: first, left } = tableRenames(differences);
  const renames = findRenames(expected, actual, left);
  const outlook = outlookOf(expected, actual, left, renames);
  const renaming = columnRenames(renames, outlook.done);
  const tables = mendTables(expected, outlook);
  const others = mendOthers(outlook, tables.covered);
  return mendsOf([...first, ...renaming, ...tables.works, ...others]);
}

/** Of everything that the renames mend, each table's columns are given its statements. */
function columnRenames(
  renames: readonly Rename[],
  done: readonly SchemaDifference[],
): readonly Work[] {
  const works = renames.map(({ table, from, to }): Work => {
    const covers = done.filter(
      ({ expected, actual }) => isColumn(expected, table, to) || isColumn(actual, table, from),
    );
    return {
      stage: 'rename',
      statements: [
        `ALTER TABLE ${identifier(table)} RENAME COLUMN ${identifier(from)} TO ${identifier(to)}`,
      ],
      note: `Taken for a rename, since ${from} is the same in all else and stands where ${to} should`,
      covers,
    };
  });
  const covered = new Set(works.flatMap(({ covers }) => covers));
  const [last] = works.slice(-1);
  if (!last) return [];
  const rest = done.filter((difference) => !covered.has(difference));
  return [...works.slice(0, -1), { ...last, covers: [...last.covers, ...rest] }];
}

function isColumn(object: SchemaDifference['actual'], table: string, name: string): boolean {
  return object?.type === 'column' && object.table === table && object.name === name;
}
