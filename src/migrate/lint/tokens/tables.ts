import type { Hit } from '../finding.ts';
import { rule } from '../rule.ts';
import { comesBack, isNew, isRebuilt, type ToldRule } from './around.ts';

const dropTable: ToldRule = rule({
  id: 'drop-table',
  level: 'warning',
  lock: 'RESERVED',
  harm: null,
  title: 'a table that goes',
  why: 'what it holds is lost, and programs that run now and still name it fail',
  check(around): Hit[] {
    const { told } = around;
    if (told.kind !== 'drop-table' || isNew(around, told.table)) return [];
    if (isRebuilt(around, told.table)) return [];
    return [
      {
        what: `DROP TABLE ${told.table}`,
        relation: told.table,
        hint: `Release programs that no longer use it first. If you may want it back: ALTER TABLE ${told.table} RENAME TO old_${told.table} now, and drop it in a later migration.`,
      },
    ];
  },
});

const renameTable: ToldRule = rule({
  id: 'rename-table',
  level: 'warning',
  lock: 'RESERVED',
  harm: null,
  title: 'a table that gets another name',
  why: 'programs that run now still ask for the old name, and fail until all of them are new',
  check(around): Hit[] {
    const { told } = around;
    if (told.kind !== 'rename-table' || isNew(around, told.table)) return [];
    if (comesBack(around, told.table)) return [];
    return [
      {
        what: `${told.table} becomes ${told.to}`,
        relation: told.table,
        hint: `In the same migration, make a view under the old name: CREATE VIEW ${told.table} AS SELECT * FROM ${told.to}; programs can read it, and write through INSTEAD OF triggers.`,
      },
    ];
  },
});

const changeAll: ToldRule = rule({
  id: 'update-all-rows',
  level: 'warning',
  lock: 'RESERVED',
  harm: null,
  title: 'UPDATE without WHERE',
  why: 'every row is written anew in one transaction, and nobody can write to the whole database meanwhile',
  check(around): Hit[] {
    const { told } = around;
    if (told.kind !== 'change-rows' || told.word !== 'UPDATE') return [];
    if (!told.all || isNew(around, told.table)) return [];
    return [
      {
        what: `UPDATE of all rows of ${told.table}`,
        relation: told.table,
        hint: 'Of a large table, do it in batches of some thousand rows, each with a commit of its own; else accept it.',
      },
    ];
  },
});

const deleteAll: ToldRule = rule({
  id: 'delete-all-rows',
  level: 'warning',
  lock: 'RESERVED',
  harm: null,
  title: 'DELETE without WHERE',
  why: 'every row is lost',
  check(around): Hit[] {
    const { told } = around;
    if (told.kind !== 'change-rows' || told.word !== 'DELETE') return [];
    if (!told.all || isNew(around, told.table)) return [];
    return [
      {
        what: `DELETE of all rows of ${told.table}`,
        relation: told.table,
        hint: 'Say which rows go: WHERE ….',
      },
    ];
  },
});

export const tableRules: readonly ToldRule[] = [dropTable, renameTable, changeAll, deleteAll];
