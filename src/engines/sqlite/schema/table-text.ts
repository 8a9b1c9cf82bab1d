import { readColumn, type ColumnText } from './column-text.ts';
import { readConstraints, type ConstraintText } from './constraint-text.ts';
import { readerOf, splitAtCommas, takeGroup, type Token, UnreadableSql } from './tokens.ts';

/** What a CREATE TABLE says, in the order in which it says it. */
export interface TableText {
  readonly columns: readonly ColumnText[];
  /** Those of the columns too. */
  readonly constraints: readonly ConstraintText[];
  readonly strict: boolean;
  readonly withoutRowid: boolean;
}

/** https://www.sqlite.org/lang_createtable.html; the text is one that SQLite has accepted. */
export function readTable(tokens: readonly Token[]): TableText {
  const reader = readerOf(tokens);
  reader.at = tokens.findIndex(({ kind }) => kind === 'open');
  if (reader.at < 0) throw new UnreadableSql('it has no columns');
  const columns: ColumnText[] = [];
  const constraints: ConstraintText[] = [];
  for (const part of splitAtCommas(takeGroup(reader))) {
    if (beginsConstraint.test(part[0]?.word ?? '')) {
      constraints.push(...readConstraints(readerOf(part)));
      continue;
    }
    const column = readColumn(readerOf(part));
    columns.push(column);
    constraints.push(...column.constraints);
  }
  const options = tokens.slice(reader.at).map(({ word }) => word);
  return {
    columns,
    constraints,
    strict: options.includes('STRICT'),
    withoutRowid: options.includes('WITHOUT'),
  };
}

const beginsConstraint = /^(CONSTRAINT|PRIMARY|UNIQUE|CHECK|FOREIGN)$/;
