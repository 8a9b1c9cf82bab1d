import { type Database, quoted } from '../driver.ts';
import { nameOf, type Token, tokensOf } from './tokens.ts';

/** A table that a plan reads. */
export interface ReadTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: TableRows;
  /** Whether ANALYZE has ever counted it. */
  readonly analyzed: boolean;
  readonly indexes: number;
}

export interface TableRows {
  readonly number: number;
  /** It was not counted further. */
  readonly more: boolean;
}

/** Below that a scan takes a few milliseconds, and an index hardly pays. */
export const manyRows = 10_000;

/**
 * What is known of the tables that a statement names, itself or through views, by the name that
 * its plan gives them: an alias where there is one.
 */
export class Tables {
  readonly #db: Database;
  readonly #tokens: readonly Token[];
  readonly #names: ReadonlyMap<string, string>;

  constructor(db: Database, sql: string) {
    this.#db = db;
    this.#names = namesIn(db, 'table');
    this.#tokens = withViews(db, tokensOf(sql));
  }

  find(planned: string): ReadTable | null {
    const name = this.#names.get(planned.toLowerCase()) ?? this.#aliased(planned.toLowerCase());
    return name === undefined ? null : readTable(this.#db, name);
  }

  /** Which of the columns the statement names at all. */
  mentioned({ columns }: ReadTable): string[] {
    const words = new Set(this.#tokens.map(nameOf));
    return columns.filter((column) => words.has(column.toLowerCase()));
  }

  #aliased(alias: string): string | undefined {
    const at = this.#tokens.findIndex((token, index) => {
      const before = this.#tokens.slice(Math.max(index - 2, 0), index).map(nameOf);
      const table = before.at(-1) === 'as' ? before.at(-2) : before.at(-1);
      return nameOf(token) === alias && this.#names.has(table ?? '');
    });
    if (at < 0) return undefined;
    const [second, first] = [at - 2, at - 1].map((index) => nameOf(this.#tokens[index]!));
    return this.#names.get((first === 'as' ? second : first) ?? '');
  }
}

function namesIn(db: Database, type: 'table' | 'view'): Map<string, string> {
  const names = db
    .prepare('SELECT name FROM sqlite_schema WHERE type = ?')
    .pluck()
    .all(type) as string[];
  return new Map(names.map((name) => [name.toLowerCase(), name]));
}

/** The tokens, and those of the views that they name, and so on. */
function withViews(db: Database, tokens: readonly Token[]): readonly Token[] {
  const views = namesIn(db, 'view');
  const all = [...tokens];
  for (let at = 0; at < all.length; at++) {
    const view = views.get(nameOf(all[at]!) ?? '');
    if (view === undefined) continue;
    views.delete(view.toLowerCase());
    const text = db.prepare('SELECT sql FROM sqlite_schema WHERE name = ?').pluck().get(view);
    all.push(...tokensOf(String(text)));
  }
  return all;
}

function readTable(db: Database, name: string): ReadTable {
  const columns = db.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(name) as string[];
  const indexes = db.prepare('SELECT count(*) FROM pragma_index_list(?)').pluck().get(name);
  const counted = countedRows(db, name);
  return {
    name,
    columns,
    rows: counted === null ? boundedRows(db, name) : { number: counted, more: false },
    analyzed: counted !== null,
    indexes: Number(indexes),
  };
}

/** As ANALYZE has counted; null: it has not. */
function countedRows(db: Database, name: string): number | null {
  if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'").get() === undefined)
    return null;
  const stat = db.prepare('SELECT stat FROM sqlite_stat1 WHERE tbl = ?').pluck().get(name);
  return typeof stat === 'string' ? Number(stat.split(' ')[0]) : null;
}

/** Counts no further than to what is a large table. */
function boundedRows(db: Database, name: string): TableRows {
  const sql = `SELECT count(*) FROM (SELECT 1 FROM ${quoted(name)} LIMIT ${manyRows})`;
  const number = Number(db.prepare(sql).pluck().get());
  return { number, more: number === manyRows };
}

/** Whether these columns tell rows apart, by the first rows of the table. */
export function isSelective(db: Database, name: string, columns: readonly string[]): boolean {
  const list = columns.map(quoted).join(', ');
  const sql = `SELECT count(*) AS kinds, sum(number) AS rows FROM (
    SELECT count(*) AS number FROM (SELECT ${list} FROM ${quoted(name)} LIMIT ${manyRows}) GROUP BY ${list})`;
  const { kinds, rows } = db.prepare<[], { kinds: number; rows: number | null }>(sql).get() ?? {
    kinds: 0,
    rows: 0,
  };
  return kinds > 0 && (rows ?? 0) / kinds <= (rows ?? 0) / leastKinds;
}

/** An index that leads to a tenth of a table and more is no help. */
const leastKinds = 10;
