import { hostname, userInfo } from 'node:os';
import { JemError } from '../../errors.ts';
import type { AcceptedFile, LedgerRow, LedgerTexts, NewLedgerRow } from '../migrating.ts';
import { type Connection, quoted } from './driver.ts';

interface StoredRow {
  readonly name: string;
  readonly checksum: string;
  readonly applied_at: string;
  readonly duration_ms: number;
  readonly tool_version: string;
  readonly applied_by: string;
  readonly statements_done: number | null;
  readonly file_gone: number;
}

/** The ledger table: every statement that reads or changes it. None begins a transaction. */
export type Ledger = ReturnType<typeof openLedger>;

// Not STRICT: SQLite before 3.37 cannot open a database that has such a table at all, and the
// application may still have one. The texts stand last, so that reading the rest skips them.
const columns = `
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  checksum TEXT NOT NULL,
  applied_at TEXT NOT NULL,
  duration_ms INTEGER NOT NULL,
  tool_version TEXT NOT NULL,
  applied_by TEXT NOT NULL,
  statements_done INTEGER,
  file_gone INTEGER NOT NULL DEFAULT 0,
  up_sql TEXT,
  down_sql TEXT`;

const read =
  'name, checksum, applied_at, duration_ms, tool_version, applied_by, statements_done, file_gone';

export function openLedger(connection: Connection, name: string) {
  const { db } = connection;
  // With its schema, so that a temporary table of the same name cannot stand in its way.
  const table = `main.${quoted(name)}`;
  let checked = false;

  return {
    /** Whether the table is there. Throws `ledger-foreign` where it is not jem-db's. */
    exists(): boolean {
      const found = db
        .prepare(`SELECT 1 FROM main.sqlite_schema WHERE name = ? COLLATE NOCASE`)
        .get(name);
      if (found && !checked) checkColumns(connection, name, table);
      checked = found !== undefined;
      return found !== undefined;
    },
    create(): void {
      db.exec(`CREATE TABLE IF NOT EXISTS ${table} (${columns})`);
    },
    rows(): readonly LedgerRow[] {
      return db
        .prepare<[], StoredRow>(`SELECT ${read} FROM ${table} ORDER BY applied_at, id`)
        .all()
        .map(parsedRow);
    },
    find(migration: string): LedgerRow | null {
      const row = db
        .prepare<[string], StoredRow>(`SELECT ${read} FROM ${table} WHERE name = ?`)
        .get(migration);
      return row ? parsedRow(row) : null;
    },
    /** Those of the names that have a row. */
    known(migrations: readonly string[]): ReadonlySet<string> {
      const sql = `SELECT name FROM ${table} WHERE name IN (SELECT value FROM json_each(?))`;
      const rows = db.prepare<[string], { name: string }>(sql).all(JSON.stringify(migrations));
      return new Set(rows.map((row) => row.name));
    },
    texts(migration: string): LedgerTexts {
      const row = db
        .prepare<[string], LedgerTexts>(
          `SELECT up_sql AS upSql, down_sql AS downSql FROM ${table} WHERE name = ?`,
        )
        .get(migration);
      return row ?? { upSql: null, downSql: null };
    },
    insert(row: NewLedgerRow, durationMs: number): void {
      db.prepare(
        `INSERT INTO ${table} (name, checksum, applied_at, duration_ms, tool_version, applied_by,
           statements_done, up_sql, down_sql) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ).run(
        row.name,
        row.checksum,
        new Date().toISOString(),
        Math.round(durationMs),
        row.toolVersion,
        whoRuns(),
        row.statementsDone,
        row.upSql,
        row.downSql,
      );
    },
    /** A file that may have been mended since is gone on with: what is kept of it is kept anew. */
    takeOver({ name: migration, checksum, toolVersion, upSql, downSql }: NewLedgerRow): void {
      db.prepare(
        `UPDATE ${table} SET checksum = ?, tool_version = ?, applied_by = ?, up_sql = ?, down_sql = ?
           WHERE name = ?`,
      ).run(checksum, toolVersion, whoRuns(), upSql, downSql, migration);
    },
    remove(migration: string): void {
      db.prepare(`DELETE FROM ${table} WHERE name = ?`).run(migration);
    },
    /** Ends the progress of a file that is whole now, unless somebody else has meanwhile. */
    complete(migration: string, from: number | null, durationMs: number): boolean {
      const sql = `UPDATE ${table} SET statements_done = NULL, duration_ms = ?, applied_at = ?
        WHERE name = ? AND statements_done IS ?`;
      const now = new Date().toISOString();
      return db.prepare(sql).run(Math.round(durationMs), now, migration, from).changes === 1;
    },
    /** Notes progress, unless somebody else has meanwhile: then false. */
    advance(migration: string, from: number | null, to: number): boolean {
      const sql = `UPDATE ${table} SET statements_done = ? WHERE name = ? AND statements_done IS ?`;
      return db.prepare(sql).run(to, migration, from).changes === 1;
    },
    accept(migration: string, accepted: AcceptedFile): void {
      const { checksum, fileGone, upSql, downSql, name = migration } = accepted;
      db.prepare(
        `UPDATE ${table} SET name = ?, checksum = ?, file_gone = ?, up_sql = ?, down_sql = ?
         WHERE name = ?`,
      ).run(name, checksum, Number(fileGone), upSql, downSql, migration);
    },
  };
}

/** Throws `ledger-foreign` where a table of this name is not jem-db's. */
function checkColumns({ db, display }: Connection, name: string, table: string): void {
  try {
    db.prepare(`SELECT ${read}, up_sql, down_sql FROM ${table}`);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('no such column')) throw error;
    throw new JemError('ledger-foreign', `The table ${name} in ${display} is not jem-db’s ledger`, {
      why: 'It lacks columns of the ledger; another tool may have made it.',
      hint: 'Give the ledger another name (setting ledgerTable), or take that tool’s table over: `jem-db migrate adopt`',
      original: error.message,
    });
  }
}

function parsedRow(row: StoredRow): LedgerRow {
  return {
    name: row.name,
    checksum: row.checksum,
    appliedAt: row.applied_at,
    durationMs: row.duration_ms,
    toolVersion: row.tool_version,
    appliedBy: row.applied_by,
    statementsDone: row.statements_done,
    fileGone: row.file_gone !== 0,
  };
}

let whoRan: string | null = null;

/** SQLite knows no users: the system's, where it has a name in this container. */
function whoRuns(): string {
  return (whoRan ??= lookUpUser());
}

function lookUpUser(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    return `uid ${process.geteuid?.() ?? 'unknown'}@${hostname()}`;
  }
}
