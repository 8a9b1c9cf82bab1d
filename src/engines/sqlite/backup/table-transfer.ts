import { JemError } from '../../../errors.ts';
import { didYouMean } from '../../../near-miss.ts';
import { type Database, quoted } from '../driver.ts';
import { plainName } from './table-names.ts';

interface Stored {
  readonly type: string;
  readonly name: string;
  readonly sql: string;
}

const stored = 'SELECT type, name, sql FROM jem_db_backup.sqlite_schema WHERE sql IS NOT NULL';

/**
 * Makes a table of the attached database `jem_db_backup` anew in `main`, with its rows, indexes
 * and triggers. For use inside a transaction with foreign keys off. Throws `object-missing`,
 * `restore-refused`.
 */
export function transferTable(db: Database, wanted: string): void {
  const { name, sql } = tableInBackup(db, wanted);
  dropFormer(db, name);
  db.exec(sql);
  copyRows(db, name);
  copySequence(db, name);
  const parts = `${stored} AND tbl_name = ? COLLATE NOCASE AND type IN ('index', 'trigger')
    ORDER BY type, name`;
  for (const part of db.prepare<[string], Stored>(parts).all(name)) db.exec(part.sql);
}

function tableInBackup(db: Database, wanted: string): Stored {
  const tables = db.prepare<[], Stored>(`${stored} AND type = 'table'`).all();
  const found = tables.find(({ name }) => plainName(name) === plainName(wanted));
  if (!found) {
    const near = didYouMean(
      wanted,
      tables.map(({ name }) => name),
    );
    throw new JemError('object-missing', `The backup holds no table ${wanted}.${near}`, {
      hint: 'See what it holds: jem-db backup show',
    });
  }
  if (
    /^CREATE VIRTUAL /i.test(found.sql) ||
    isShadow(db, found.name) ||
    /^sqlite_/i.test(found.name)
  )
    throw refused(`The table ${found.name} cannot be restored by itself`, {
      why: 'It is a virtual table, part of one, or SQLite’s own.',
      hint: 'Restore the whole backup into another file, and take from there what you need.',
    });
  return found;
}

function isShadow(db: Database, name: string): boolean {
  const shadow = `SELECT 1 FROM pragma_table_list
    WHERE schema = 'jem_db_backup' AND name = ? AND type = 'shadow'`;
  return db.prepare(shadow).get(name) !== undefined;
}

function refused(title: string, details: { why: string; hint: string }): JemError {
  return new JemError('restore-refused', title, details);
}

function dropFormer(db: Database, name: string): void {
  const type = db
    .prepare<[string], { type: string }>(
      `SELECT type FROM main.sqlite_schema WHERE name = ? COLLATE NOCASE`,
    )
    .get(name)?.type;
  if (type === undefined) return;
  if (type !== 'table')
    throw refused(`There is a ${type} that is called ${name}`, {
      why: 'A table of the backup cannot have its name.',
      hint: 'Rename or drop it, then run the command again.',
    });
  db.exec(`DROP TABLE main.${quoted(name)}`);
}

interface Column {
  readonly name: string;
  readonly hidden: number;
}

function copyRows(db: Database, name: string): void {
  const all = db
    .prepare<[string], Column>(`SELECT name, hidden FROM pragma_table_xinfo(?, 'main')`)
    .all(name);
  const columns = all.filter(({ hidden }) => hidden === 0).map((column) => quoted(column.name));
  const table = quoted(name);
  // Written with a star, whole records are copied, and rows keep their rowids.
  db.exec(
    columns.length === all.length
      ? `INSERT INTO main.${table} SELECT * FROM jem_db_backup.${table}`
      : `INSERT INTO main.${table} (${columns.join()}) SELECT ${columns.join()} FROM jem_db_backup.${table}`,
  );
}

/** What AUTOINCREMENT has given may be more than what is there. */
function copySequence(db: Database, name: string): void {
  const there = `SELECT 1 FROM jem_db_backup.sqlite_schema WHERE name = 'sqlite_sequence'`;
  const here = `SELECT 1 FROM main.sqlite_schema WHERE name = 'sqlite_sequence'`;
  if (!db.prepare(there).get() || !db.prepare(here).get()) return;
  db.prepare('DELETE FROM main.sqlite_sequence WHERE name = ?').run(name);
  db.prepare(
    `INSERT INTO main.sqlite_sequence (name, seq)
      SELECT name, seq FROM jem_db_backup.sqlite_sequence WHERE name = ?`,
  ).run(name);
}
