import { JemError } from '../../errors.ts';
import type { Script, ScriptFunction } from '../migrating.ts';
import type { Database } from './driver.ts';
import { asBuffer, mentions } from './mentions.ts';
import { childTables, relatedChildren } from './related-tables.ts';
import { pragma } from './values.ts';

/**
 * Dropping or replacing a row or table deletes its children where they cascade, so scripts that
 * do so run with foreign keys off, and are checked instead. So do those that say something about
 * foreign keys themselves. In every other script SQLite enforces them, and cascades work.
 */
export function needsForeignKeysOff(script: Script | ScriptFunction): boolean {
  return typeof script === 'function' || mentions(script.bytes, /drop|replace|foreign_keys/i);
}

/** Text of a script that table names are looked for in; null where it is too long to look. */
function searchable(script: Script | ScriptFunction): string | null {
  if (typeof script === 'function' || script.bytes.length > 1024 * 1024) return null;
  return asBuffer(script.bytes).toString('utf8');
}

interface Broken {
  readonly table: string;
  readonly parent: string;
  readonly rows: number;
  /** Of one such row; null in a table without rowids. */
  readonly rowid: number | null;
  /** SQLite could not even look. */
  readonly mismatch?: string;
}

/**
 * Looks at the foreign keys before a script runs while they are off; the function returned looks again and throws
 * `foreign-keys-broken` where more rows refer to nothing than before. Old damage is no obstacle.
 */
export function watchForeignKeys(db: Database, script: Script | ScriptFunction): () => void {
  if (pragma(db, 'foreign_keys') === 1) return () => {};
  const known = new Set<string>();
  const text = isSmall(db) ? null : searchable(script);
  const look = (): readonly Broken[] =>
    text === null ? allBroken(db) : brokenIn(db, relatedChildren(db, text, known));
  const before = look();
  return () => {
    const after = look();
    const worse = newlyBroken(before, after);
    if (worse.length > 0) throw foreignKeysBroken(worse);
  };
}

/** A look at everything costs less than finding out where to look. */
function isSmall(db: Database): boolean {
  return Number(pragma(db, 'page_count')) < 2000;
}

const check = `SELECT "table", parent, count(*) AS rows, min("rowid") AS rowid
  FROM pragma_foreign_key_check(?, 'main') GROUP BY "table", parent`;

export function allBroken(db: Database): readonly Broken[] {
  try {
    return db.prepare<[null], Broken>(check).all(null);
  } catch (error) {
    if (!isMismatch(error)) throw error;
    return brokenIn(db, childTables(db));
  }
}

/** Every broken foreign key of these tables, by child and parent. */
function brokenIn(db: Database, tables: readonly string[]): readonly Broken[] {
  return tables.flatMap((table) => {
    try {
      return db.prepare<[string], Broken>(check).all(table);
    } catch (error) {
      if (!isMismatch(error)) throw error;
      return [{ table, parent: '', rows: 1, rowid: null, mismatch: error.message }];
    }
  });
}

function isMismatch(error: unknown): error is Error {
  return error instanceof Error && error.message.startsWith('foreign key mismatch');
}

function newlyBroken(before: readonly Broken[], after: readonly Broken[]): readonly Broken[] {
  const known = new Map(before.map((broken) => [keyOf(broken), broken.rows]));
  return after.filter((broken) => broken.rows > (known.get(keyOf(broken)) ?? 0));
}

function keyOf({ table, parent }: Broken): string {
  return JSON.stringify([table.toLowerCase(), parent.toLowerCase()]);
}

export function foreignKeysBroken(broken: readonly Broken[]): JemError {
  const [first] = broken;
  if (!first) return new JemError('foreign-keys-broken', 'A foreign key does not hold', {});
  const { table, parent, mismatch } = first;
  if (mismatch)
    return new JemError('foreign-keys-broken', `A foreign key of ${table} cannot hold`, {
      why: 'The columns it refers to are neither the primary key nor unique.',
      hint: 'Give the parent table a unique index on exactly these columns.',
      original: mismatch,
    });
  return new JemError('foreign-keys-broken', `Rows of ${table} refer to ${parent} in vain`, {
    why: `After the migration ${broken.map(sentence).join('; ')}. The rows they refer to are not there.`,
    hint: `Delete or mend these rows in the migration, or keep the rows of ${parent}. To see them: PRAGMA foreign_key_check("${table}")`,
  });
}

function sentence({ table, parent, rows, rowid }: Broken): string {
  const many = rows === 1 ? '1 row' : `${rows} rows`;
  const example = rowid === null ? '' : ` (the first has rowid ${rowid})`;
  return `${many} of ${table} refer to ${parent}${example}`;
}

/**
 * Names the tables of a statement that failed with a bare "FOREIGN KEY constraint failed": runs
 * it again with the check put off, looks, and undoes it. For use inside a transaction.
 */
export function explainForeignKey(db: Database, sql: string): JemError | null {
  const before = allBroken(db);
  try {
    db.exec('SAVEPOINT jem_db_explain; PRAGMA defer_foreign_keys = ON');
    db.exec(sql);
    const worse = newlyBroken(before, allBroken(db));
    return worse.length > 0 ? foreignKeysBroken(worse) : null;
  } catch {
    // ON DELETE RESTRICT fails at once however the check is put off.
    return null;
  } finally {
    if (db.inTransaction)
      db.exec(
        'ROLLBACK TO jem_db_explain; RELEASE jem_db_explain; PRAGMA defer_foreign_keys = OFF',
      );
  }
}
