import type { Node, RangeVar } from 'libpg-query';
import type { Hit } from '../finding.ts';
import { rule } from '../rule.ts';
import { type Around, isNew } from './around.ts';
import type { ParsedRule } from './rule.ts';
import { as, quoted, shown } from './tree.ts';

/** No condition, or one that holds for every row. */
function takesAll(where: Node | undefined): boolean {
  return where === undefined || as(where, 'A_Const')?.boolval?.boolval === true;
}

/** What a statement does to rows of a table that was there before; null: nothing. */
export function changedRows(
  around: Around,
): { readonly relation: RangeVar; readonly all: boolean; readonly word: string } | null {
  const update = as(around.node, 'UpdateStmt');
  const removal = as(around.node, 'DeleteStmt');
  const change = update ?? removal;
  if (!change?.relation || isNew(around, change.relation)) return null;
  return {
    relation: change.relation,
    all: takesAll(change.whereClause) && !isJoined(update?.fromClause, removal?.usingClause),
    word: update ? 'UPDATE' : 'DELETE',
  };
}

/** A join takes the rows that fit, though no WHERE may stand there. */
function isJoined(...lists: readonly (readonly Node[] | undefined)[]): boolean {
  return lists.some((list) => (list ?? []).some((node) => as(node, 'JoinExpr') !== null));
}

const updateAll: ParsedRule = rule({
  id: 'update-all-rows',
  level: 'warning',
  lock: 'RowExclusive',
  harm: 'scan',
  title: 'UPDATE without WHERE',
  why: 'every row is written anew in one transaction: whoever wants to change one of them waits until it ends, and the table doubles in size',
  check(around): Hit[] {
    const change = changedRows(around);
    if (!change?.all || change.word !== 'UPDATE') return [];
    const on = shown(change.relation);
    return [
      {
        what: `UPDATE of all rows of ${on}`,
        relation: on,
        hint: 'Do it in batches of some thousand rows, each with a commit of its own: from a program, or in a file with `-- jem-db: no-transaction`.',
      },
    ];
  },
});

const deleteAll: ParsedRule = rule({
  id: 'delete-all-rows',
  level: 'warning',
  lock: 'RowExclusive',
  harm: 'scan',
  title: 'DELETE without WHERE',
  why: 'every row is lost, and whoever wants to change one of them waits until it ends',
  check(around): Hit[] {
    const change = changedRows(around);
    if (!change?.all || change.word !== 'DELETE') return [];
    const on = shown(change.relation);
    return [
      {
        what: `DELETE of all rows of ${on}`,
        relation: on,
        hint: 'Say which rows go: WHERE …; many of them in batches, each with a commit of its own.',
      },
    ];
  },
});

const truncate: ParsedRule = rule({
  id: 'truncate',
  level: 'warning',
  lock: 'AccessExclusive',
  harm: null,
  title: 'TRUNCATE',
  why: 'every row is lost, and nobody can read or write the table until the transaction ends',
  check(around): Hit[] {
    const found = as(around.node, 'TruncateStmt');
    const cascade =
      found?.behavior === 'DROP_CASCADE' ? ' CASCADE, and every table that refers to it' : '';
    return (found?.relations ?? []).flatMap((node): Hit[] => {
      const relation = as(node, 'RangeVar');
      if (!relation || isNew(around, relation)) return [];
      const on = shown(relation);
      return [
        {
          what: `TRUNCATE of ${on}${cascade}`,
          relation: on,
          hint: `Keep the rows aside first (\`ALTER TABLE ${on} RENAME TO ${quoted(`old_${relation.relname ?? ''}`)}\` and CREATE TABLE anew), or DELETE in batches.`,
        },
      ];
    });
  },
});

export const rowRules: readonly ParsedRule[] = [updateAll, deleteAll, truncate];
