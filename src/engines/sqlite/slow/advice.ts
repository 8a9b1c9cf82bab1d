import type { Advice } from '../../slow.ts';
import { type Database, quoted } from '../driver.ts';
import { isSelective, manyRows, type ReadTable, Tables, type TableRows } from './tables.ts';
import { openTrial, type Trial, trialIndex } from './trial.ts';

interface Asked {
  readonly db: Database;
  readonly sql: string;
  /** The steps of the plan as it is. */
  readonly steps: readonly string[];
  readonly tables: Tables;
}

/** What would make a plan better; tables below ten thousand rows get none. */
export function advise(db: Database, sql: string, steps: readonly string[]): Advice[] {
  const asked: Asked = { db, sql, steps, tables: new Tables(db, sql) };
  using trial = openTrial(db);
  const advice = steps.flatMap((step) => adviseOnStep(asked, trial, step));
  return advice.filter((one, at) => advice.findIndex(({ sql: text }) => text === one.sql) === at);
}

function adviseOnStep(asked: Asked, trial: Trial, step: string): Advice[] {
  const [, verb, planned = '', rest = ''] = /^(SCAN|SEARCH) (\S+)(.*)$/.exec(step) ?? [];
  const table = verb === undefined ? null : asked.tables.find(planned);
  if (table === null || table.rows.number < manyRows) return [];
  const statistics = table.analyzed || table.indexes === 0 ? [] : [notAnalyzed(table)];
  const automatic = /AUTOMATIC .*INDEX \((.+)\)/.exec(rest)?.[1];
  if (automatic !== undefined) return [...statistics, ...automaticIndex(table, automatic)];
  if (verb !== 'SCAN' || /VIRTUAL TABLE|AS \(/.test(rest)) return statistics;
  return [...statistics, ...betterIndex(asked, trial, table)];
}

function notAnalyzed({ name, rows }: ReadTable): Advice {
  return {
    id: 'stale-statistics',
    reason: `${name} has ${rowsText(rows)} and was never analyzed: SQLite guesses which index leads to few rows`,
    sql: `ANALYZE ${quoted(name)};`,
  };
}

function automaticIndex({ name, rows }: ReadTable, terms: string): Advice[] {
  const columns = terms.split(' AND ').map((term) => /^(.+?)(?:=|>|<)\?$/.exec(term)?.[1] ?? '');
  if (columns.includes('')) return [];
  return [
    {
      id: 'automatic-index',
      reason: `an index of ${name} (${rowsText(rows)}) is built for every run of it, and thrown away`,
      sql: createIndex(name, columns),
    },
  ];
}

const mostColumns = 6;

/** An index that SQLite itself would take, were it there. */
function betterIndex(asked: Asked, trial: Trial, table: ReadTable): Advice[] {
  const columns = asked.tables.mentioned(table).slice(0, mostColumns);
  const pairs = columns.flatMap((one) =>
    columns.filter((other) => other !== one).map((other) => [one, other]),
  );
  const candidates = [...columns.map((one) => [one]), ...pairs];
  const found = chosen(trial, asked.sql, table, candidates);
  if (found === null) return [];
  const shorter = found.columns.slice(0, -1);
  const enough = shorter.length > 0 ? chosen(trial, asked.sql, table, [shorter]) : null;
  const best =
    enough && enough.sorts <= found.sorts && enough.searched === found.searched ? enough : found;
  const sortsNow = asked.steps.filter(isSort).length;
  if (best.searched > 0)
    return isSelective(asked.db, table.name, best.columns.slice(0, best.searched))
      ? [missingIndex(table, best.columns)]
      : [];
  return best.sorts < sortsNow ? [indexForOrder(table, best.columns)] : [];
}

interface Chosen {
  readonly columns: readonly string[];
  /** How many of its columns the search uses; 0: it is read in its order. */
  readonly searched: number;
  /** Sorts that are left. */
  readonly sorts: number;
}

function chosen(
  trial: Trial,
  sql: string,
  table: ReadTable,
  candidates: readonly (readonly string[])[],
): Chosen | null {
  const steps = trial.plan(sql, table.name, candidates);
  const used = new RegExp(`^(SCAN|SEARCH) .*INDEX ${trialIndex}(\\d+)(?: \\((.+)\\))?`);
  for (const step of steps) {
    const [, , number, terms] = used.exec(step) ?? [];
    const columns = candidates[Number(number)];
    if (columns)
      return {
        columns,
        searched: new Set(terms?.split(' AND ').map((term) => term.replace(/[<>=].*/, ''))).size,
        sorts: steps.filter(isSort).length,
      };
  }
  return null;
}

function isSort(step: string): boolean {
  return step.startsWith('USE TEMP B-TREE');
}

function missingIndex({ name, rows }: ReadTable, columns: readonly string[]): Advice {
  return {
    id: 'missing-index',
    reason: `reads all of ${name} (${rowsText(rows)}), and no index begins with what it asks for`,
    sql: createIndex(name, columns),
  };
}

function indexForOrder({ name, rows }: ReadTable, columns: readonly string[]): Advice {
  return {
    id: 'index-for-order',
    reason: `sorts what it reads of ${name} (${rowsText(rows)}); an index has it in order`,
    sql: createIndex(name, columns),
  };
}

function createIndex(table: string, columns: readonly string[]): string {
  const name = [table, ...columns].join('_').replaceAll(/\W/g, '_');
  return `CREATE INDEX ${quoted(name)} ON ${quoted(table)} (${columns.map(quoted).join(', ')});`;
}

function rowsText({ number, more }: TableRows): string {
  const text = String(number).replace(/\B(?=(\d{3})+$)/g, ',');
  return more ? `${text} rows or more` : `about ${text} rows`;
}
