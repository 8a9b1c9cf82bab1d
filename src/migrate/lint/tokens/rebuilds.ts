import type { Hit } from '../finding.ts';
import { rule } from '../rule.ts';
import { type Around, isNew, isRebuilt, sameName, type ToldRule } from './around.ts';

/** Whether the rest of the file makes a table of that name from nothing. */
function isCreatedLater({ file, index }: Around, table: string): boolean {
  return file
    .slice(index + 1)
    .some(({ told }) => told.kind === 'create-table' && sameName(told.table, table));
}

const rebuildByRename: ToldRule = rule({
  id: 'rebuild-by-rename',
  level: 'error',
  lock: 'RESERVED',
  harm: null,
  title: 'a table renamed away and made anew under its name',
  why: 'foreign keys, views and triggers of other tables follow the rename, and refer to the old table for ever',
  check(around): Hit[] {
    const { told } = around;
    if (told.kind !== 'rename-table' || isNew(around, told.table)) return [];
    if (!isCreatedLater(around, told.table)) return [];
    const { table } = told;
    return [
      {
        what: `${table} becomes ${told.to}, and ${table} is made anew`,
        relation: table,
        hint: `The other way round: CREATE TABLE new_${table}, INSERT INTO new_${table} SELECT … FROM ${table}, DROP TABLE ${table}, ALTER TABLE new_${table} RENAME TO ${table}.`,
      },
    ];
  },
});

const rebuildLosesParts: ToldRule = rule({
  id: 'rebuild-loses-indexes',
  level: 'warning',
  lock: null,
  harm: null,
  title: 'a table built anew without its indexes and triggers',
  why: 'they go with the old table: queries get slow, and what triggers kept right goes wrong',
  check(around): Hit[] {
    const { told, model, file } = around;
    if (told.kind !== 'drop-table' || !isRebuilt(around, told.table)) return [];
    const { table } = told;
    const made = file.flatMap(({ told: other }) => (other.kind === 'create-part' ? [other] : []));
    const onIt = made.filter((part) => sameName(part.table, table) || isNew(around, part.table));
    const had = [...model.parts].filter(([, owner]) => sameName(owner, table));
    const gone = had.filter(([part]) => !made.some(({ name }) => sameName(name, part)));
    // Made anew under other names, they are there all the same.
    const renamed = onIt.filter(({ name }) => !had.some(([part]) => sameName(part, name))).length;
    if (gone.length <= renamed) return [];
    return [
      {
        what: `${table} is built anew without ${gone.map(([part]) => part).join(', ')}`,
        relation: table,
        hint: 'Create them again behind the RENAME, or drop them by name if they are to go.',
      },
    ];
  },
});

const rebuildWithForeignKeys: ToldRule = rule({
  id: 'rebuild-with-foreign-keys',
  level: 'error',
  lock: null,
  harm: null,
  title: 'a table dropped while the file has foreign keys switched on',
  why: 'SQLite deletes its rows first, and with them the rows of other tables that refer to them with CASCADE',
  check(around): Hit[] {
    const { told, file, index, oneTransaction } = around;
    if (told.kind !== 'drop-table' || oneTransaction || isNew(around, told.table)) return [];
    const switches = file
      .slice(0, index)
      .flatMap((before) =>
        before.told.kind === 'pragma' && before.told.name === 'foreign_keys' ? [before.told] : [],
      );
    const value = switches.at(-1)?.value ?? '';
    if (!/^(on|yes|true|1)$/i.test(value)) return [];
    return [
      {
        what: `DROP TABLE ${told.table} with foreign keys on`,
        relation: told.table,
        hint: 'Leave PRAGMA foreign_keys out: jem-db runs such files with foreign keys off, and looks afterwards whether they hold.',
      },
    ];
  },
});

export const rebuildRules: readonly ToldRule[] = [
  rebuildByRename,
  rebuildLosesParts,
  rebuildWithForeignKeys,
];
