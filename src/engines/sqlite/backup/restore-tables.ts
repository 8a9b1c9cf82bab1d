import Driver from 'better-sqlite3';
import { JemError } from '../../../errors.ts';
import type { Restored, RestoreOptions, LogicalSource } from '../../backing-up.ts';
import type { Connection, Database } from '../driver.ts';
import { sqliteError } from '../errors.ts';
import { allBroken } from '../foreign-keys.ts';
import { newPace } from '../patience.ts';
import { removeIfEmpty } from '../remove-empty.ts';
import { inTransaction } from '../transaction.ts';
import { hexOf } from './digest.ts';
import { method, newFingerprint } from './fingerprint.ts';
import { fileError, writePartial } from './partial-file.ts';
import { checked, notEmpty } from './restore-file.ts';
import { type FileTarget, lookAt } from './restore-target.ts';
import { plainName } from './table-names.ts';
import { transferTable } from './table-transfer.ts';
import { storedTables } from './tables.ts';

type Options = RestoreOptions & { readonly tables: readonly string[] };

/**
 * Restores single tables, with their indexes and triggers, in one transaction. Throws
 * `object-missing`, `restore-refused`, `restore-failed` where they do not hold what was backed up,
 * and as `restoreFile` does.
 */
export async function restoreTables(
  source: LogicalSource,
  into: FileTarget,
  options: Options,
): Promise<Restored> {
  const { file, target } = into;
  const { signal, connectTimeout: timeout, clean, tables } = options;
  const started = performance.now();
  const about = { file, display: target.display, readonly: false };
  const { exists, holds } = await lookAt(into, options);
  if (holds !== null && !clean) throw notEmpty(target.display, holds);
  try {
    await using partial = await writePartial(source, file, options);
    const warnings = await checked(partial, signal);
    const db = new Driver(file, { timeout: 0 });
    using _open = { [Symbol.dispose]: () => close(db, exists ? null : file) };
    db.pragma('foreign_keys = OFF');
    // What is in the backup was let in once.
    db.pragma('ignore_check_constraints = ON');
    db.prepare('ATTACH ? AS jem_db_backup').run(partial.path);
    const connection: Connection = { ...about, db };
    const orphans = await inTransaction(connection, { timeout, signal }, async () => {
      const pace = newPace(signal);
      for (const name of tables) {
        transferTable(db, name);
        await pace.breathe();
      }
      compare(connection, source, tables);
      return orphansOf(db, tables);
    });
    return {
      way: 'in one transaction: a failure leaves the database as it was',
      restoreMs: Math.round(performance.now() - started),
      warnings: [...warnings, ...orphans],
    };
  } catch (error) {
    throw error === signal.reason ? error : sqliteError(fileError(error, file), about);
  }
}

function close(db: Database, created: string | null): void {
  if (created !== null) removeIfEmpty(db, created);
  db.close();
}

/** Throws `restore-failed` where a table is not what it was when it was backed up. */
function compare(
  connection: Connection,
  { content }: LogicalSource,
  tables: readonly string[],
): void {
  if (content.method !== method) return;
  const fingerprint = newFingerprint(connection.db, () => false);
  const wanted = new Set(tables.map(plainName));
  for (const table of storedTables(connection)) {
    if (!wanted.has(plainName(table.name))) continue;
    const digest = fingerprint(table, null);
    const expected = content.tables.find(({ name }) => name === table.name);
    if (expected?.rows === digest.rows && expected.hash === hexOf(digest)) continue;
    throw new JemError('restore-failed', `The table ${table.name} is not as it was backed up`, {
      why: `It had ${expected?.rows ?? 0} rows and has ${digest.rows} now, or other values. Nothing was changed.`,
      hint: 'Check the backup: jem-db restore-verify',
    });
  }
}

function orphansOf(db: Database, tables: readonly string[]): readonly string[] {
  const restored = new Set(tables.map(plainName));
  return allBroken(db)
    .filter(
      ({ table, parent }) => restored.has(plainName(table)) || restored.has(plainName(parent)),
    )
    .map(
      ({ table, parent, rows }) =>
        `${rows} rows of ${table} refer to rows of ${parent} that are not there`,
    );
}
