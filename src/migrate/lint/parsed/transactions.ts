import type { Hit } from '../finding.ts';
import { rule } from '../rule.ts';
import { alterations, type Around, before, isNew } from './around.ts';
import { briefLocks } from './brief-locks.ts';
import type { ParsedRule } from './rule.ts';
import { changedRows } from './rows.ts';
import { as, quoted, shown, within } from './tree.ts';

const validateTooEarly: ParsedRule = rule({
  id: 'validate-in-same-transaction',
  level: 'warning',
  lock: 'AccessExclusive',
  harm: 'scan',
  title: 'VALIDATE in the transaction that added the constraint',
  why: 'the lock of ADD CONSTRAINT is held while every row is read, so that NOT VALID has gained nothing',
  check(around): Hit[] {
    const alter = as(around.node, 'AlterTableStmt');
    if (!around.oneTransaction || alter?.objtype !== 'OBJECT_TABLE') return [];
    return validated(around).map(({ name, on, lock }) => ({
      what: `VALIDATE CONSTRAINT ${quoted(name)} on ${on}`,
      relation: on,
      lock,
      hint: 'Move VALIDATE CONSTRAINT into a later migration.',
    }));
  },
});

/** Constraints validated here that this very file has added, with the lock that ADD took. */
function validated(around: Around): { name: string; on: string; lock: string }[] {
  return alterations(around).flatMap(({ command, on, table }) => {
    const { subtype, name = '' } = command;
    if (subtype !== 'AT_ValidateConstraint') return [];
    const addedHere = table?.unvalidated.get(name) === around.fileNumber || isAddedIn(around, name);
    if (!addedHere) return [];
    return [{ name, on, lock: lockOfAdding(around, name, on) }];
  });
}

/** The same ALTER TABLE adds and validates it. */
function isAddedIn({ node }: Around, name: string): boolean {
  return within(node, 'Constraint').some(({ conname }) => conname === name);
}

function lockOfAdding(around: Around, name: string, on: string): string {
  const isForeignKey = before(around).some(({ node }) => {
    const alter = as(node, 'AlterTableStmt');
    return (
      shown(alter?.relation) === on &&
      within(node, 'Constraint').some(
        ({ conname, contype }) => conname === name && contype === 'CONSTR_FOREIGN',
      )
    );
  });
  return isForeignKey ? 'ShareRowExclusive' : 'AccessExclusive';
}

/** A file of more statements is one of data; to look back from each of them would take long. */
const longestLook = 500;

/** The table that an earlier statement of this transaction keeps everybody out of; null: none. */
function lockedBefore(around: Around): string | null {
  for (const [index, statement] of before(around).entries()) {
    const then = { ...around, node: statement.node, statement, index };
    const found = [...briefLocks(then), ...lasting(then)].find(
      ({ lock }) => lock === 'AccessExclusive',
    );
    if (found?.relation) return found.relation;
  }
  return null;
}

function lasting(around: Around): readonly { lock: string; relation: string }[] {
  const rename = as(around.node, 'RenameStmt');
  const relation = rename?.relation;
  const held = relation && rename.renameType !== 'OBJECT_INDEX' && !isNew(around, relation);
  return held ? [{ lock: 'AccessExclusive', relation: shown(relation) }] : [];
}

const backfillUnderLock: ParsedRule = rule({
  id: 'backfill-under-lock',
  level: 'warning',
  lock: 'AccessExclusive',
  harm: 'lock',
  title: 'rows changed in the transaction that has locked a table',
  why: 'until all rows are changed, nobody can read or write the table that an earlier statement of the file has locked',
  check(around): Hit[] {
    const looks = around.oneTransaction && around.index < longestLook;
    const change = looks ? changedRows(around) : null;
    const locked = change ? lockedBefore(around) : null;
    if (!change || locked === null) return [];
    return [
      {
        what: `${change.word} of ${shown(change.relation)} while ${locked} is locked`,
        relation: locked,
        hint: 'Move it into a later migration; many rows in batches, each with a commit of its own.',
      },
    ];
  },
});

export const transactionRules: readonly ParsedRule[] = [validateTooEarly, backfillUnderLock];
